package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// namedList is a list of a realm that Keycloak only replaces as a whole: whoever changes one entry must read
// all and write all.
type namedList struct {
	path  string
	field string
}

// entry is kept as it came, field by field, so that what others wrote is written back unchanged.
type entry map[string]json.RawMessage

func (e entry) name() string {
	var name string
	// A list that Keycloak returns has a name in every entry.
	_ = json.Unmarshal(e["name"], &name)
	return name
}

// Resources of one program are made in parallel; between reading and writing nothing may come.
var changing sync.Mutex

func (l namedList) read(ctx context.Context, server *session) ([]entry, error) {
	var document map[string][]entry
	if err := server.call(ctx, http.MethodGet, l.path, nil, &document); err != nil {
		return nil, err
	}
	return document[l.field], nil
}

// find returns nil where there is no such entry.
func (l namedList) find(ctx context.Context, server *session, name string) (entry, error) {
	entries, err := l.read(ctx, server)
	if err != nil {
		return nil, err
	}
	if at := position(entries, name); at >= 0 {
		return entries[at], nil
	}
	return nil, nil
}

func (l namedList) add(ctx context.Context, server *session, added entry) error {
	return l.change(ctx, server, func(entries []entry) ([]entry, error) {
		if position(entries, added.name()) >= 0 {
			return nil, fmt.Errorf("%q exists already in %s of this realm; import it or choose another name",
				added.name(), l.path)
		}
		return append(entries, added), nil
	})
}

func (l namedList) replace(ctx context.Context, server *session, changed entry) error {
	return l.change(ctx, server, func(entries []entry) ([]entry, error) {
		at := position(entries, changed.name())
		if at < 0 {
			return nil, fmt.Errorf("%q is no longer in %s of this realm; refresh the stack",
				changed.name(), l.path)
		}
		entries[at] = changed
		return entries, nil
	})
}

func (l namedList) remove(ctx context.Context, server *session, name string) error {
	return l.change(ctx, server, func(entries []entry) ([]entry, error) {
		return slices.DeleteFunc(entries, func(e entry) bool { return e.name() == name }), nil
	})
}

func (l namedList) change(
	ctx context.Context, server *session, apply func([]entry) ([]entry, error),
) error {
	changing.Lock()
	defer changing.Unlock()
	entries, err := l.read(ctx, server)
	if err != nil {
		return err
	}
	if entries, err = apply(entries); err != nil {
		return err
	}
	return server.call(ctx, http.MethodPut, l.path, map[string][]entry{l.field: entries}, nil)
}

func position(entries []entry, name string) int {
	return slices.IndexFunc(entries, func(e entry) bool { return e.name() == name })
}
