"""Profitbase Flow's MCP Server Settings as code."""
