package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fakeList serves one list the way Keycloak does: whole, for reading and writing.
func fakeList(t *testing.T, document string) (*session, func() string) {
	t.Helper()
	var lock sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		if r.Method == http.MethodGet {
			fmt.Fprint(w, document)
			return
		}
		body, _ := io.ReadAll(r.Body)
		document = string(body)
	}))
	t.Cleanup(server.Close)
	return &session{client: server.Client(), realm: server.URL}, func() string { return document }
}

func named(name string) entry {
	encoded, _ := json.Marshal(name)
	return entry{"name": encoded}
}

func TestEntriesOfOthersAreWrittenBackUnchanged(t *testing.T) {
	list := namedList{path: "profiles", field: "profiles"}
	server, stored := fakeList(t, `{"profiles":[{"name":"theirs","new-field":{"b":1,"a":[ ]}}]}`)
	ctx := context.Background()
	if err := list.add(ctx, server, named("ours")); err != nil {
		t.Fatal(err)
	}
	if want := `{"profiles":[{"name":"theirs","new-field":{"b":1,"a":[]}},{"name":"ours"}]}`; stored() != want {
		t.Errorf("stored %s, want %s", stored(), want)
	}
	if err := list.remove(ctx, server, "ours"); err != nil {
		t.Fatal(err)
	}
	if want := `{"profiles":[{"name":"theirs","new-field":{"b":1,"a":[]}}]}`; stored() != want {
		t.Errorf("stored %s, want %s", stored(), want)
	}
}

func TestEntriesMadeInParallelAllStay(t *testing.T) {
	list := namedList{path: "profiles", field: "profiles"}
	server, _ := fakeList(t, `{"profiles":[]}`)
	var running sync.WaitGroup
	for number := range 20 {
		running.Go(func() {
			if err := list.add(context.Background(), server, named(fmt.Sprint(number))); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	entries, err := list.read(context.Background(), server)
	if err != nil || len(entries) != 20 {
		t.Errorf("got %d entries, %v; want 20", len(entries), err)
	}
}

func TestNothingIsTakenOverSilently(t *testing.T) {
	list := namedList{path: "profiles", field: "profiles"}
	server, stored := fakeList(t, `{"profiles":[{"name":"theirs"}]}`)
	before := stored()
	if err := list.add(context.Background(), server, named("theirs")); err == nil ||
		!strings.Contains(err.Error(), `"theirs" exists already`) {
		t.Errorf("got %v", err)
	}
	if err := list.replace(context.Background(), server, named("gone")); err == nil ||
		!strings.Contains(err.Error(), `"gone" is no longer`) {
		t.Errorf("got %v", err)
	}
	if stored() != before {
		t.Errorf("stored %s, want %s", stored(), before)
	}
}
