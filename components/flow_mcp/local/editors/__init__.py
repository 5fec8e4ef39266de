"""Settings of editors, so that they complete and check the project's files by its schemas."""
