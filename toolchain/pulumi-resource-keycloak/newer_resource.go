package main

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/hashicorp/go-cty/cty"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/customdiff"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// newerResource is what a resource of the official plugin has that the same resource of this upstream lacks.
// With it the state is what the official plugin would leave, so that the official plugin replaces nothing.
type newerResource struct {
	properties []newerProperty
	// computed are properties whose value the official plugin takes from Keycloak where a program sets none.
	computed []string
	// path is where Keycloak's representation is below the realm; nil if no property is stored there.
	path func(*schema.ResourceData) string
	// realm is the property that names the realm.
	realm string
}

// extend adds the properties to upstream's resource.
func (r newerResource) extend(server *adminAPI, resource *schema.Resource) {
	for _, property := range r.properties {
		property.addTo(resource.Schema)
	}
	if extra := resource.Schema["extra_config"]; extra != nil {
		extra.ValidateDiagFunc = r.refuseAttributes(extra.ValidateDiagFunc)
	}
	for _, name := range r.computed {
		resource.Schema[name].Computed = true
		resource.Schema[name].MinItems = 0
	}

	create, read, update := resource.CreateContext, resource.ReadContext, resource.UpdateContext
	resource.CreateContext = r.thenWrite(server, create)
	resource.UpdateContext = func(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
		if data.HasChangesExcept(r.names()...) {
			return r.thenWrite(server, schema.CreateContextFunc(update))(ctx, data, meta)
		}
		// Upstream's update would overwrite what others have set in Keycloak, for no change of its own.
		return r.thenWrite(server, schema.CreateContextFunc(read))(ctx, data, meta)
	}
	resource.ReadContext = func(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
		diagnostics := read(ctx, data, meta)
		if diagnostics.HasError() || data.Id() == "" {
			return diagnostics
		}
		found, err := r.fetch(ctx, server, data)
		if err == nil {
			err = r.load(data, found)
		}
		return append(diagnostics, diag.FromErr(err)...)
	}

	if upstream := resource.CustomizeDiff; upstream != nil {
		resource.CustomizeDiff = customdiff.All(upstream, r.completeState)
	} else {
		resource.CustomizeDiff = r.completeState
	}
}

// refuseAttributes returns a validation of extra_config that also refuses the attributes that have a property of
// their own in the official plugin, as that plugin does.
func (r newerResource) refuseAttributes(upstream schema.SchemaValidateDiagFunc) schema.SchemaValidateDiagFunc {
	return func(value any, path cty.Path) diag.Diagnostics {
		diagnostics := upstream(value, path)
		for _, property := range r.properties {
			key := property.field.name
			if _, set := value.(map[string]any)[key]; set && property.field.group == "attributes" {
				diagnostics = append(diagnostics, diag.Errorf(
					"extra_config has the key %s. Set the property %s instead.", key, property.path[0])...)
			}
		}
		return diagnostics
	}
}

// thenWrite has Keycloak hold the properties that are decided after upstream has done its part.
func (r newerResource) thenWrite(server *adminAPI, upstream schema.CreateContextFunc) schema.CreateContextFunc {
	return func(ctx context.Context, data *schema.ResourceData, meta any) diag.Diagnostics {
		// Upstream replaces whole blocks in data.
		decided := r.decided(data)
		diagnostics := upstream(ctx, data, meta)
		if diagnostics.HasError() || data.Id() == "" {
			return diagnostics
		}
		return append(diagnostics, diag.FromErr(r.write(ctx, server, data, decided))...)
	}
}

// decided returns the values that the program or a default decides, by their place in Keycloak.
func (r newerResource) decided(data *schema.ResourceData) map[field]any {
	values := map[field]any{}
	for _, property := range r.properties {
		if property.isStored() && property.isDecided(data.GetRawConfig()) {
			values[property.field] = property.get(data)
		}
	}
	return values
}

// write brings Keycloak to what is decided, with one more request where it is not that already.
func (r newerResource) write(
	ctx context.Context, server *adminAPI, data *schema.ResourceData, decided map[field]any,
) error {
	found, err := r.fetch(ctx, server, data)
	if err != nil {
		return err
	}
	changed := false
	for _, property := range r.properties {
		wanted, ok := decided[property.field]
		if !ok {
			continue
		}
		current, err := property.decode(found.get(property.field))
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(plain(wanted), plain(current)) {
			found.set(property.field, property.encode(wanted))
			changed = true
		}
	}
	if changed {
		session, err := server.session(ctx, data.Get(r.realm).(string))
		if err != nil {
			return err
		}
		if err := session.call(ctx, http.MethodPut, r.path(data), found, nil); err != nil {
			return err
		}
	}
	return r.load(data, found)
}

// load takes the values of Keycloak's representation over into the state.
func (r newerResource) load(data *schema.ResourceData, from representation) error {
	for _, property := range r.properties {
		value := property.schema.Default
		// Keycloak's default applies where a representation lacks the value, and it is the schema's.
		if stored := from.get(property.field); property.isStored() && (stored != nil || value == nil) {
			var err error
			if value, err = property.decode(stored); err != nil {
				return fmt.Errorf("%s of Keycloak: %w", property.field.name, err)
			}
		}
		if value == nil {
			continue
		}
		if err := property.set(data, value); err != nil {
			return err
		}
	}
	return nil
}

// completeState has the next update fill in computed properties that are not in the state, for it is of an earlier
// build. Those with a default bring that update about.
func (r newerResource) completeState(_ context.Context, diff *schema.ResourceDiff, _ any) error {
	if diff.Id() == "" {
		return nil
	}
	computed := r.computed
	for _, property := range r.properties {
		if property.schema.Computed && property.isStored() {
			computed = append(computed, property.path[0])
		}
	}
	for _, name := range computed {
		if !diff.GetRawState().GetAttr(name).IsNull() {
			continue
		}
		if err := diff.SetNewComputed(name); err != nil {
			return err
		}
	}
	return nil
}

// names are the properties that upstream does not know.
func (r newerResource) names() []string {
	var names []string
	for _, property := range r.properties {
		if len(property.path) == 1 {
			names = append(names, property.path[0])
		}
	}
	return names
}

// representation is a resource as Keycloak returns it.
type representation map[string]any

func (r newerResource) fetch(ctx context.Context, server *adminAPI, data *schema.ResourceData) (representation, error) {
	if r.path == nil {
		return nil, nil
	}
	session, err := server.session(ctx, data.Get(r.realm).(string))
	if err != nil {
		return nil, err
	}
	var found representation
	err = session.call(ctx, http.MethodGet, r.path(data), nil, &found)
	return found, err
}

func (r representation) get(from field) any {
	if from.group == "" {
		return r[from.name]
	}
	group, _ := r[from.group].(map[string]any)
	return group[from.name]
}

func (r representation) set(to field, value any) {
	if to.group == "" {
		r[to.name] = value
		return
	}
	group, ok := r[to.group].(map[string]any)
	if !ok {
		group = map[string]any{}
		r[to.group] = group
	}
	group[to.name] = value
}
