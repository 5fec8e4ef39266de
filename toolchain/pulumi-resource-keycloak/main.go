package main

import (
	_ "github.com/keycloak/terraform-provider-keycloak/provider"
	_ "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

func main() {}
