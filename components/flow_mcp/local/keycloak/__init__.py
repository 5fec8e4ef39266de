"""Run a Keycloak on this machine for the demo and for tests.

server         start, stop and status of one server (`LocalKeycloak`), for use by other code
installations  choice of Docker, Maven or download, and the command to start the server
distribution   Keycloak's distribution, unpacked and built in the user's cache directory
state          the files that belong to one server: password, port, process, data, log
process        processes by identity, so that only processes of this package are ended
"""
