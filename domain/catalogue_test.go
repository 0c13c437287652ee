package domain

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestEveryEventIsProducedByAStory(t *testing.T) {
	produced := make(map[string]bool)
	for _, stories := range allStories() {
		for _, s := range stories {
			for _, e := range s.want {
				produced[e.EventName()] = true
			}
		}
	}
	for _, typ := range Types() {
		if !produced[typ.Name] {
			t.Errorf("no story produces %s", typ.Name)
		}
	}
}

func TestTypes(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	streams := map[string]bool{}
	for _, s := range []StreamName{
		LedgerStream, SourceStream("a"), CollectivityStream(aix), EditionStream(1), FiguresStream(1), CandidacyStream(1, aix),
		DistinctionStream("a", aix), RegulationStream("a"), GridStream("a"), JurorStream(28, 1), ActionStream("a"),
	} {
		streams[s.Category()] = true
	}
	seen := make(map[string]bool)
	for _, typ := range Types() {
		t.Run(typ.String(), func(t *testing.T) {
			if seen[typ.String()] {
				t.Error("is in the catalogue twice")
			}
			seen[typ.String()] = true
			if !name.MatchString(typ.Name) || typ.Version < 1 {
				t.Errorf("has the name %q and the version %d", typ.Name, typ.Version)
			}
			if !strings.HasSuffix(typ.Says, ".") || strings.Count(typ.Says, ".") != 1 {
				t.Errorf("does not say one sentence: %q", typ.Says)
			}
			if len(typ.Streams) == 0 {
				t.Error("stands in no stream")
			}
			for _, s := range typ.Streams {
				if !streams[s] {
					t.Errorf("stands in streams that do not exist: %q", s)
				}
			}
			if got := typ.New().EventName(); got != typ.Name {
				t.Errorf("makes an event called %s", got)
			}
			if typ.New() == typ.New() {
				t.Error("makes the same event twice")
			}
			if !Known(typ.String()) {
				t.Error("is not known")
			}
			if got := TypeOf(typ.New()); got.Name != typ.Name || got.Version < typ.Version {
				t.Errorf("is taken for %s", got)
			}
		})
	}
}

func TestTypesGivesACopy(t *testing.T) {
	first := Types()[0].Name
	Types()[0].Name = "changed"
	if got := Types()[0].Name; got != first {
		t.Errorf("the catalogue was changed: %s", got)
	}
}

func TestUnknownTypes(t *testing.T) {
	for _, typ := range []string{"", "award-recorded", "arobase.award-recorded", "arobase.award-recorded.v2", "arobase.award-recorded.v01", "Arobase.award-recorded.v1"} {
		if Known(typ) {
			t.Errorf("%q is known", typ)
		}
		if _, err := Decode(typ, []byte(`{}`)); !errors.Is(err, ErrUnknownType) {
			t.Errorf("Decode(%q): %v", typ, err)
		}
		if _, err := DecodeStrict(typ, []byte(`{}`)); !errors.Is(err, ErrUnknownType) {
			t.Errorf("DecodeStrict(%q): %v", typ, err)
		}
	}
}

// A member is one member of the JSON of an event.
type member struct {
	path  string // from the event: chosen.level, themes[].id
	name  string // chosen, level
	field reflect.StructField
}

// membersOf gives the members of the JSON of an event by name, with those of the structs that it embeds.
func membersOf(e any) map[string]member {
	found := make(map[string]member)
	for _, m := range walk(reflect.TypeOf(e).Elem(), "") {
		if !strings.Contains(m.path, ".") {
			found[m.name] = m
		}
	}
	return found
}

// walk gives every member of a struct, at any depth. It is written apart from the code that it tests.
func walk(typ reflect.Type, under string) []member {
	var found []member
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Anonymous {
			found = append(found, walk(f.Type, under)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		found = append(found, member{under + name, name, f})
		inner, path := f.Type, under+name
		switch inner.Kind() {
		case reflect.Pointer:
			inner = inner.Elem()
		case reflect.Slice:
			inner, path = inner.Elem(), path+"[]"
		}
		if inner.Kind() == reflect.Struct && f.Type != sealedType {
			found = append(found, walk(inner, path+".")...)
		}
	}
	return found
}

// eventOf is the event that a command holds.
func eventOf(c Command) Event {
	v := reflect.New(reflect.TypeOf(c))
	v.Elem().Set(reflect.ValueOf(c))
	for i := range v.Elem().NumField() {
		field := v.Elem().Field(i)
		if !field.CanInterface() {
			continue
		}
		if e, ok := field.Addr().Interface().(Event); ok {
			return e
		}
	}
	panic("a command without an event")
}

// TestMembersAreNamed holds that every field has its name in the bytes, in lower camel case, and only one.
func TestMembersAreNamed(t *testing.T) {
	camel := regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)
	for _, typ := range Types() {
		seen := make(map[string]bool)
		for _, m := range walk(reflect.TypeOf(typ.New()).Elem(), "") {
			if !camel.MatchString(m.name) {
				t.Errorf("%s: the field %s has the name %q", typ.Name, m.field.Name, m.name)
			}
			if seen[m.path] {
				t.Errorf("%s has the member %s twice", typ.Name, m.path)
			}
			seen[m.path] = true
		}
	}
}
