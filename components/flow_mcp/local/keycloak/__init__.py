"""A Keycloak on this machine, for the demonstration and for tests.

server         start, stop and status of one server (`LocalKeycloak`): what other code uses
ways           Docker, Maven or download: which one serves here, and how it is launched
distribution   Keycloak's own distribution, unpacked and built once in the user's cache directory
state          the files that belong to one server: password, port, process, data, log
process        processes by identity, so that nothing but our own is ever ended
"""
