package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// realmScopesResource is RealmDefaultClientScopes or RealmOptionalClientScopes: the client scopes that new
// clients of the realm get. What is declared is the whole list: others lose the mark.
func realmScopesResource(server *adminAPI, assignment string) *schema.Resource {
	kind := realmScopes{
		server:   server,
		property: assignment + "_scopes",
		path:     "default-" + assignment + "-client-scopes",
	}
	return &schema.Resource{
		Schema: map[string]*schema.Schema{
			"realm_id": {Type: schema.TypeString, Required: true, ForceNew: true},
			kind.property: {
				Type: schema.TypeSet, Required: true,
				Elem: &schema.Schema{Type: schema.TypeString}, Set: schema.HashString,
			},
		},
		CreateContext: kind.write,
		ReadContext:   kind.read,
		UpdateContext: kind.write,
		DeleteContext: kind.delete,
		Importer: &schema.ResourceImporter{
			StateContext: func(
				_ context.Context, data *schema.ResourceData, _ any,
			) ([]*schema.ResourceData, error) {
				return []*schema.ResourceData{data}, data.Set("realm_id", data.Id())
			},
		},
	}
}

type realmScopes struct {
	server   *adminAPI
	property string
	path     string
}

type clientScope struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (r realmScopes) write(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	realm := data.Get("realm_id").(string)
	server, err := r.server.session(ctx, realm)
	if err != nil {
		return diag.FromErr(err)
	}
	var marked, known []clientScope
	if err := server.call(ctx, http.MethodGet, r.path, nil, &marked); err != nil {
		return diag.FromErr(err)
	}
	if err := server.call(ctx, http.MethodGet, "client-scopes", nil, &known); err != nil {
		return diag.FromErr(err)
	}

	wanted := data.Get(r.property).(*schema.Set)
	if err := r.unmark(ctx, server, marked, func(name string) bool { return !wanted.Contains(name) }); err != nil {
		return diag.FromErr(err)
	}
	for _, name := range wanted.List() {
		named := func(scope clientScope) bool { return scope.Name == name }
		if slices.ContainsFunc(marked, named) {
			continue // Keycloak answers 409 to a second mark.
		}
		at := slices.IndexFunc(known, named)
		if at < 0 {
			return diag.FromErr(fmt.Errorf("realm %q has no client scope %q", realm, name))
		}
		if err := server.call(ctx, http.MethodPut, r.path+"/"+url.PathEscape(known[at].ID), nil, nil); err != nil {
			return diag.FromErr(err)
		}
	}
	data.SetId(realm)
	return nil
}

func (r realmScopes) read(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	server, err := r.server.session(ctx, data.Get("realm_id").(string))
	if err != nil {
		return diag.FromErr(err)
	}
	var marked []clientScope
	if err := server.call(ctx, http.MethodGet, r.path, nil, &marked); err != nil {
		if isNotFound(err) {
			data.SetId("")
			return nil
		}
		return diag.FromErr(err)
	}
	names := make([]any, 0, len(marked))
	for _, scope := range marked {
		names = append(names, scope.Name)
	}
	return diag.FromErr(data.Set(r.property, names))
}

func (r realmScopes) delete(ctx context.Context, data *schema.ResourceData, _ any) diag.Diagnostics {
	server, err := r.server.session(ctx, data.Get("realm_id").(string))
	if err != nil {
		return diag.FromErr(err)
	}
	declared := data.Get(r.property).(*schema.Set)
	var marked []clientScope
	err = server.call(ctx, http.MethodGet, r.path, nil, &marked)
	if err == nil {
		err = r.unmark(ctx, server, marked, func(name string) bool { return declared.Contains(name) })
	}
	if err != nil && !isNotFound(err) {
		return diag.FromErr(err)
	}
	return nil
}

func (r realmScopes) unmark(
	ctx context.Context, server *session, marked []clientScope, which func(string) bool,
) error {
	for _, scope := range marked {
		if !which(scope.Name) {
			continue
		}
		if err := server.call(ctx, http.MethodDelete, r.path+"/"+url.PathEscape(scope.ID), nil, nil); err != nil {
			return err
		}
	}
	return nil
}
