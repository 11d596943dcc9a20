"""The routing table's versions as an account may work on them: role and scope decide.

Pages, the interface for programs and nothing else get a `TableDesk` and an `Account`.
"""
