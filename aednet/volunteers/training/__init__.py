"""Training days and courses: seats, the waiting list, who came, what that counts for."""
