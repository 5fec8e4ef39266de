package main

import (
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"

	"github.com/hashicorp/go-cty/cty"
	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// newerProperty is a property of the official plugin that this upstream lacks.
type newerProperty struct {
	// path is the property's name, behind the names of the blocks that it is in.
	path   []string
	schema *schema.Schema
	// field is where Keycloak keeps the value. The zero field: nowhere, the value is in the state only.
	field field
}

// field is a place in Keycloak's representation of a resource: a member of it, or of the object that it calls group.
type field struct{ group, name string }

// stored is a property that Keycloak keeps in a member of the representation.
func stored(path, name string, property schema.Schema) newerProperty {
	return newerProperty{strings.Split(path, "."), &property, field{name: name}}
}

// storedIn is a property that Keycloak keeps, as text, in one of the representation's objects.
func storedIn(group, path, name string, property schema.Schema) newerProperty {
	return newerProperty{strings.Split(path, "."), &property, field{group, name}}
}

// refused is a property that programs must leave unset: this plugin does not do what it stands for.
func refused(path string, property schema.Schema) newerProperty {
	property.ValidateDiagFunc = func(value any, _ cty.Path) diag.Diagnostics {
		set := reflect.ValueOf(value)
		if set.IsZero() || set.Kind() == reflect.Map && set.Len() == 0 {
			return nil
		}
		return diag.Errorf("%s: the Keycloak plugin that is built from source does not support this property. "+
			"Remove it, or install the official Keycloak plugin %s.", path, version)
	}
	return newerProperty{strings.Split(path, "."), &property, field{}}
}

// readFrom is the same property with the value that Keycloak has.
func (p newerProperty) readFrom(name string) newerProperty {
	p.field = field{name: name}
	return p
}

// isStored tells whether Keycloak keeps the value.
func (p newerProperty) isStored() bool { return p.field != field{} }

// addTo adds the property to a resource, whose blocks may be shared with others.
func (p newerProperty) addTo(properties map[string]*schema.Schema) {
	for _, name := range p.path[:len(p.path)-1] {
		block := *properties[name]
		nested := *block.Elem.(*schema.Resource)
		nested.Schema = maps.Clone(nested.Schema)
		block.Elem = &nested
		properties[name] = &block
		properties = nested.Schema
	}
	properties[p.path[len(p.path)-1]] = p.schema
}

// isDecided tells whether the program or a default decides the value; Keycloak does otherwise.
func (p newerProperty) isDecided(config cty.Value) bool {
	for _, name := range p.path[:len(p.path)-1] {
		block := config.GetAttr(name)
		if block.IsNull() || block.LengthInt() == 0 {
			return false
		}
		config = block.Index(cty.NumberIntVal(0))
	}
	return p.schema.Default != nil || !config.GetAttr(p.path[len(p.path)-1]).IsNull()
}

// get returns the value that data holds; nil where its block is not there.
func (p newerProperty) get(data *schema.ResourceData) any {
	value, _, _ := p.find(data)
	return value
}

// set puts a value into data, where its block is there.
func (p newerProperty) set(data *schema.ResourceData, value any) error {
	if len(p.path) == 1 {
		return data.Set(p.path[0], value)
	}
	_, block, outermost := p.find(data)
	if block == nil {
		return nil
	}
	block[p.path[len(p.path)-1]] = value
	return data.Set(p.path[0], outermost)
}

// find returns the value, the block that holds it, and what data holds at the outermost block's name.
func (p newerProperty) find(data *schema.ResourceData) (value any, block map[string]any, outermost any) {
	outermost = data.Get(p.path[0])
	value = outermost
	for _, name := range p.path[1:] {
		blocks := value.([]any)
		if len(blocks) == 0 || blocks[0] == nil {
			return nil, nil, nil
		}
		block = blocks[0].(map[string]any)
		value = block[name]
	}
	return value, block, outermost
}

// encode turns the SDK's value into Keycloak's.
func (p newerProperty) encode(value any) any {
	if p.field.group != "" {
		return fmt.Sprint(value)
	}
	return plain(value)
}

// plain is a value that can be compared and sent.
func plain(value any) any {
	if set, ok := value.(*schema.Set); ok {
		return set.List()
	}
	return value
}

// decode turns Keycloak's value into the SDK's; a value that is not there is the zero value, as upstream has it.
func (p newerProperty) decode(value any) (any, error) {
	switch p.schema.Type {
	case schema.TypeBool:
		if text, ok := value.(string); ok && text != "" {
			return strconv.ParseBool(text)
		}
		flag, _ := value.(bool)
		return flag, nil
	case schema.TypeInt:
		number, _ := value.(float64)
		return int(number), nil
	case schema.TypeSet:
		list, _ := value.([]any)
		return schema.NewSet(schema.HashString, list), nil
	default:
		text, _ := value.(string)
		return text, nil
	}
}
