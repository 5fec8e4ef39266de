package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// profileResource is RealmClientPolicyProfile: a named list of executors.
func profileResource(server *adminAPI) *schema.Resource {
	kind := clientPolicyKind{
		server:    server,
		list:      namedList{path: "client-policies/profiles", field: "profiles"},
		id:        "realm-client-policy-profiles",
		component: "executor",
		plain:     map[string]*schema.Schema{},
	}
	return kind.resource()
}

// policyResource is RealmClientPolicyProfilePolicy: conditions, and the profiles that apply where they hold.
func policyResource(server *adminAPI) *schema.Resource {
	kind := clientPolicyKind{
		server:    server,
		list:      namedList{path: "client-policies/policies", field: "policies"},
		id:        "realm-client-policy-profile-policies",
		component: "condition",
		plain: map[string]*schema.Schema{
			"enabled": {Type: schema.TypeBool, Optional: true, Default: true},
			"profiles": {
				Type: schema.TypeSet, Required: true, ForceNew: true,
				Elem: &schema.Schema{Type: schema.TypeString}, Set: schema.HashString,
			},
		},
	}
	return kind.resource()
}

// clientPolicyKind is what differs between the two lists of Keycloak's client policies.
type clientPolicyKind struct {
	server *adminAPI
	list   namedList
	// id stands between realm and name in a resource's ID, which is also what an import takes.
	id string
	// component names the blocks, in the SDK (there in the plural) and in Keycloak's list (plus "s").
	component string
	// plain are the properties that Keycloak calls the same and that need no conversion but Set to list.
	plain map[string]*schema.Schema
}

func (k clientPolicyKind) resource() *schema.Resource {
	properties := map[string]*schema.Schema{
		"realm_id":    {Type: schema.TypeString, Required: true, ForceNew: true},
		"name":        {Type: schema.TypeString, Required: true, ForceNew: true},
		"description": {Type: schema.TypeString, Optional: true},
		k.component: {
			Type: schema.TypeList, Optional: true,
			Elem: &schema.Resource{Schema: map[string]*schema.Schema{
				"name": {Type: schema.TypeString, Required: true},
				"configuration": {
					Type: schema.TypeMap, Optional: true, Elem: &schema.Schema{Type: schema.TypeString},
				},
			}},
		},
	}
	for name, property := range k.plain {
		properties[name] = property
	}
	return &schema.Resource{
		Schema:        properties,
		CreateContext: k.create,
		ReadContext:   k.read,
		UpdateContext: k.update,
		DeleteContext: k.delete,
		Importer:      &schema.ResourceImporter{StateContext: k.importState},
	}
}

func (k clientPolicyKind) create(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	return k.write(ctx, data, k.list.add)
}

func (k clientPolicyKind) update(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	return k.write(ctx, data, k.list.replace)
}

// write stores the resource and reads it back, since Keycloak may drop what it does not know.
func (k clientPolicyKind) write(
	ctx context.Context, data *schema.ResourceData, store func(context.Context, *session, entry) error,
) diag.Diagnostics {
	wanted, err := k.encode(data)
	if err != nil {
		return diag.FromErr(err)
	}
	server, err := k.server.session(ctx, data.Get("realm_id").(string))
	if err != nil {
		return diag.FromErr(err)
	}
	if err := store(ctx, server, wanted); err != nil {
		return diag.FromErr(err)
	}
	data.SetId(strings.Join([]string{data.Get("realm_id").(string), k.id, wanted.name()}, "/"))

	declared := data.Get(k.component)
	if diagnostics := k.load(ctx, server, data); diagnostics.HasError() {
		return diagnostics
	}
	if !reflect.DeepEqual(declared, data.Get(k.component)) {
		return diag.Diagnostics{{
			Severity: diag.Warning,
			Summary: fmt.Sprintf("Keycloak stored the %ss of %q differently from what was declared; "+
				"the next preview shows how", k.component, wanted.name()),
		}}
	}
	return nil
}

func (k clientPolicyKind) read(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	server, err := k.server.session(ctx, data.Get("realm_id").(string))
	if err != nil {
		return diag.FromErr(err)
	}
	return k.load(ctx, server, data)
}

// load takes the state over from Keycloak; an entry or realm that is gone empties it.
func (k clientPolicyKind) load(ctx context.Context, server *session, data *schema.ResourceData) diag.Diagnostics {
	found, err := k.list.find(ctx, server, data.Get("name").(string))
	if err != nil && !isNotFound(err) {
		return diag.FromErr(err)
	}
	if found == nil {
		data.SetId("")
		return nil
	}
	return diag.FromErr(k.decode(data, found))
}

func (k clientPolicyKind) delete(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	server, err := k.server.session(ctx, data.Get("realm_id").(string))
	if err != nil {
		return diag.FromErr(err)
	}
	if err := k.list.remove(ctx, server, data.Get("name").(string)); err != nil && !isNotFound(err) {
		return diag.FromErr(err)
	}
	return nil
}

func (k clientPolicyKind) importState(
	_ context.Context, data *schema.ResourceData, _ any,
) ([]*schema.ResourceData, error) {
	realm, name, ok := strings.Cut(data.Id(), "/"+k.id+"/")
	if !ok || realm == "" || name == "" {
		return nil, fmt.Errorf("%q is not <realm>/%s/<name>", data.Id(), k.id)
	}
	if err := data.Set("realm_id", realm); err != nil {
		return nil, err
	}
	return []*schema.ResourceData{data}, data.Set("name", name)
}

func (k clientPolicyKind) encode(data *schema.ResourceData) (entry, error) {
	components, err := encodeComponents(k.component, data.Get(k.component).([]any))
	if err != nil {
		return nil, err
	}
	encoded := entry{k.component + "s": components}
	for _, property := range k.named() {
		value := data.Get(property)
		if set, ok := value.(*schema.Set); ok {
			value = set.List()
		}
		if encoded[property], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

func (k clientPolicyKind) decode(data *schema.ResourceData, found entry) error {
	blocks, err := decodeComponents(k.component, found[k.component+"s"])
	if err != nil {
		return err
	}
	if err := data.Set(k.component, blocks); err != nil {
		return err
	}
	for _, property := range k.named() {
		var value any
		if raw, ok := found[property]; ok {
			if err := json.Unmarshal(raw, &value); err != nil {
				return err
			}
		}
		if err := data.Set(property, value); err != nil {
			return err
		}
	}
	return nil
}

// named are the properties that are the same in the SDK and in Keycloak's entry.
func (k clientPolicyKind) named() []string {
	names := []string{"name", "description"}
	for name := range k.plain {
		names = append(names, name)
	}
	return names
}
