"""What stands between a change and the tenants: it is judged, shown, approved, and then applied as it was."""
