"""What holds for every test: no example of Hypothesis has a limit of time, for the computer may be busy with others."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
