"""Drift: what changed at the authorization server since the last `pulumi up`, and how it is put back."""
