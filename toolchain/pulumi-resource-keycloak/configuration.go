package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// A component is what client policies are made of: an executor of a profile, or a condition of a policy.
// Its configuration reaches the SDK as text: lists and objects as JSON, anything else as it is.

// attributes is the configuration of the condition client-attributes: Keycloak takes a text that contains JSON.
// The official plugin sends this key as it is, too.
const attributes = "attributes"

// encodeConfiguration turns the SDK's texts into Keycloak's values.
func encodeConfiguration(texts map[string]any) (map[string]json.RawMessage, error) {
	values := make(map[string]json.RawMessage, len(texts))
	for key, raw := range texts {
		text := raw.(string)
		if key != attributes && (strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{")) {
			if !json.Valid([]byte(text)) {
				return nil, fmt.Errorf("configuration %q starts like JSON but is none: %s", key, text)
			}
			values[key] = json.RawMessage(text)
			continue
		}
		encoded, err := json.Marshal(text)
		if err != nil {
			return nil, err
		}
		values[key] = encoded
	}
	return values, nil
}

// decodeConfiguration is the way back; lists and objects come out compact, the form that programs must use.
func decodeConfiguration(values map[string]json.RawMessage) (map[string]any, error) {
	texts := make(map[string]any, len(values))
	for key, value := range values {
		var text string
		if json.Unmarshal(value, &text) == nil {
			texts[key] = text
			continue
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return nil, fmt.Errorf("configuration %q: %w", key, err)
		}
		texts[key] = compact.String()
	}
	return texts, nil
}

// encodeComponents turns the blocks of a resource into Keycloak's list; kind is "executor" or "condition".
func encodeComponents(kind string, blocks []any) (json.RawMessage, error) {
	components := make([]map[string]any, 0, len(blocks))
	for _, raw := range blocks {
		block := raw.(map[string]any)
		configuration, err := encodeConfiguration(block["configuration"].(map[string]any))
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", kind, block["name"], err)
		}
		// Keycloak answers 500 to a component without configuration: an empty one must be there.
		components = append(components, map[string]any{kind: block["name"], "configuration": configuration})
	}
	return json.Marshal(components)
}

func decodeComponents(kind string, list json.RawMessage) ([]any, error) {
	var components []map[string]json.RawMessage
	if err := json.Unmarshal(list, &components); err != nil {
		return nil, err
	}
	blocks := make([]any, 0, len(components))
	for _, component := range components {
		var name string
		if err := json.Unmarshal(component[kind], &name); err != nil {
			return nil, err
		}
		values := map[string]json.RawMessage{}
		if configuration, ok := component["configuration"]; ok {
			if err := json.Unmarshal(configuration, &values); err != nil {
				return nil, err
			}
		}
		texts, err := decodeConfiguration(values)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", kind, name, err)
		}
		blocks = append(blocks, map[string]any{"name": name, "configuration": texts})
	}
	return blocks, nil
}
