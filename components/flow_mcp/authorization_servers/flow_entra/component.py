"""The Pulumi component of a tenant on the Flow instance's Entra tenant."""

from __future__ import annotations

import pulumi

from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.flow_entra.hand_over import hand_over
from flow_mcp.authorization_servers.flow_entra.instance import entra, on_premises
from flow_mcp.declaration.declaration import Declaration


class FlowEntraAuthorizationServer(AuthorizationServerComponent):
    """The applications in the instance's Entra tenant; on-premises, instructions for its administrator."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        if on_premises(declaration):
            self.ids = pulumi.Output.from_input({})
            self.secrets = pulumi.Output.secret({})
            self.hand_over = hand_over(declaration)
        else:
            # Imported here, because on-premises the azuread SDK and plugin need not be installed.
            from flow_mcp.authorization_servers.entra.component import populate

            populate(self, declaration, entra(declaration))
        self.register_outputs({})
