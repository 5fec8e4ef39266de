"""Rotation of client secrets and keys: the record in a tenant's file, and the hand-over of new secrets."""
