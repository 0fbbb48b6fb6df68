"""The desk's pages of the volunteers: the list, one person's page, their forms, and two that are one."""
