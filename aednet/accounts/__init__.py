"""Accounts: who may sign in, with which role and for which areas; their sessions and tokens."""
