package web

import "testing"

// TestTypeset sets names and titles as they are printed, and leaves to the letter what is copied or compared.
func TestTypeset(t *testing.T) {
	for in, want := range map[string]string{
		"Val-d&#39;Oise":                                                       "Val-d’Oise",
		"<a title=\"l&#39;un\">l&#39;un</a>":                                   "<a title=\"l&#39;un\">l’un</a>",
		"<pre>d&#39;un : «</pre> d&#39;un":                                     "<pre>d&#39;un : «</pre> d’un",
		"<code>l&#39;a</code>l&#39;a":                                          "<code>l&#39;a</code>l’a",
		"<textarea name=\"x\">l&#39;a</textarea>":                              "<textarea name=\"x\">l&#39;a</textarea>",
		"<dd data-pointer=\"/data/text\">l&#39;a : b</dd><dd>l&#39;a : b</dd>": "<dd data-pointer=\"/data/text\">l&#39;a : b</dd><dd>l’a\u202f: b</dd>",
		"« levier » pour : quoi ?":                                             "«\u202flevier\u202f» pour\u202f: quoi\u202f?",
		"&#39;quoted&#39; l&#39;":                                              "&#39;quoted&#39; l&#39;",
		" : alone":                                                             " : alone",
		"2&#39;30":                                                             "2&#39;30",
		"Hawaiʻi, a < b":                                                       "Hawaiʻi, a < b",
		"É&#39;é":                                                              "É’é",
		"":                                                                     "",
		"<":                                                                    "<",
	} {
		if got := string(typeset([]byte(in))); got != want {
			t.Errorf("typeset(%q) = %q, want %q", in, got, want)
		}
		if again := string(typeset([]byte(want))); again != want {
			t.Errorf("typeset(%q), which is set already, = %q", want, again)
		}
	}
}
