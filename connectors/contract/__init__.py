"""The contract of a connector, a noun a file: settings, query, signal, policy, call and reply, faults, derive."""
