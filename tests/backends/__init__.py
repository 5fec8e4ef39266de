"""State backends of Pulumi, started for tests on free ports of 127.0.0.1, and projects that use them."""
