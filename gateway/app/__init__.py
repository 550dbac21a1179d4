"""The gateway as a process: two ports, what is asked of them, and how it all is put together and taken down."""
