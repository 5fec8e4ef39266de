"""Build the servers that are not in a Python distribution, once for this machine."""

from tests.backends import s3

s3.build()
