package rest_test

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// history enters what sources say of the past, and corrects it.
func (f *office) history() {
	const gazette = `{"source":"gazette","publisher":"La Gazette","title":"Le palmarès"}`
	f.refuses("registrar", "source-corrections", `{"source":"gazette","publisher":"La Gazette","title":"Autre","reason":"le titre"}`, "source-first")
	f.does("registrar", "sources", gazette, "once")
	f.refuses("registrar", "sources", gazette, "once")
	f.takes("registrar", "sources", `{"source":"echo","publisher":"L'Écho","title":"Le palmarès"}`, "echo")
	f.does("registrar", "source-corrections", `{"source":"gazette","publisher":"La Gazette","title":"Autre","reason":"le titre"}`, another)

	for resource, body := range map[string]string{
		"names": `{"collectivity":"fr-commune-73008","name":"Aix-les-Bains"}`, "renamings": `{"collectivity":"fr-commune-73008","name":"Aix"}`,
		"populations": `{"collectivity":"fr-commune-73008","value":30000,"year":2023,"source":"gazette"}`, "members": `{"collectivity":"fr-epci-x-essai","members":["fr-commune-73008"],"on":"2018"}`,
		"successions": `{"from":["fr-commune-73008"],"to":["fr-commune-02408"]}`,
	} {
		f.refuses("registrar", resource, body, "body-first")
	}
	const aix = `{"collectivity":"fr-commune-73008","type":"commune","name":"Aix-les-Bains","insee":"73008","departement":"73","region":"84"}`
	f.does("registrar", "collectivities", aix, "once")
	f.refuses("registrar", "collectivities", aix, "once")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-commune-02408","type":"commune","name":"Laon","insee":"02408"}`, "laon")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-commune-18033","type":"commune","name":"Bourges","insee":"18033"}`, "bourges")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-commune-21231","type":"commune","name":"Dijon","insee":"21231"}`, "dijon")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-commune-14118","type":"commune","name":"Caen","insee":"14118"}`, "caen")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-epci-x-essai","type":"epci","name":"Essai","inForce":{"to":"2019"}}`, "epci")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-commune-01001-2010","type":"commune","name":"Vieille","insee":"01001","inForce":{"to":"2010"}}`, "vieille")
	f.does("registrar", "names", `{"collectivity":"fr-commune-73008","name":"Aix en Savoie"}`, "once")
	f.does("registrar", "renamings", `{"collectivity":"fr-commune-73008","name":"Aix"}`, another)
	f.does("registrar", "populations", `{"collectivity":"fr-commune-73008","value":30000,"year":2023,"source":"gazette"}`, another)
	f.does("registrar", "members", `{"collectivity":"fr-epci-x-essai","members":["fr-commune-73008"],"on":"2018"}`, another)
	f.does("registrar", "successions", `{"from":["fr-commune-01001-2010"],"to":["fr-commune-02408"],"on":"2011"}`, "once")
	f.takes("registrar", "collectivities", `{"collectivity":"fr-commune-33032","type":"commune","name":"Bassens","insee":"33032"}`, "bassens")
	f.refuses("clerk", "settled-identities", `{"collectivity":"unsettled-bassens","as":"fr-commune-33032","reason":"la région"}`, "identity-candidate")
	f.does("registrar", "contested-identities", `{"collectivity":"unsettled-bassens","name":"Bassens","candidates":["fr-commune-33032","fr-commune-73031"]}`, "once")
	f.refuses("registrar", "contested-identities", `{"collectivity":"unsettled-bassens","name":"Bassens","candidates":["fr-commune-33032","fr-commune-73031"]}`, "once")
	f.does("clerk", "settled-identities", `{"collectivity":"unsettled-bassens","as":"fr-commune-33032","reason":"la région"}`, "identity-candidate")

	const award = `{"certainty":"stated","collectivity":"fr-commune-73008","distinction":"level","level":5,"edition":18,"yearAsStated":"2017","holder":"Aix-les-Bains","source":"gazette"}`
	const mention = `{"certainty":"stated","collectivity":"fr-commune-73008","mention":"teletravail","edition":18,"yearAsStated":"2017","holder":"Aix-les-Bains","source":"gazette"}`
	const arbitration = `{"collectivity":"fr-commune-73008","edition":18,"chosen":{"distinction":"level","level":5},"reason":"le diplôme"}`
	f.refuses("registrar", "awards", `{"certainty":"stated","collectivity":"fr-commune-73008","distinction":"level","level":5,"edition":18,"yearAsStated":"2017","holder":"Aix-les-Bains","source":"nobody"}`, "source-first")
	f.refuses("registrar", "mentions", `{"certainty":"stated","collectivity":"fr-commune-73008","mention":"teletravail","edition":18,"yearAsStated":"2017","holder":"Aix-les-Bains","source":"nobody"}`, "source-first")
	f.does("registrar", "awards", award, another)
	f.refuses("clerk", "arbitrations", arbitration, "contested")
	f.takes("registrar", "awards", `{"certainty":"stated","collectivity":"fr-commune-73008","distinction":"level","level":4,"edition":18,"yearAsStated":"2017","holder":"Aix-les-Bains","source":"echo"}`, "other award")
	f.does("clerk", "arbitrations", arbitration, "four-eyes")
	f.does("registrar", "mentions", mention, another)
	f.does("registrar", "retractions", `{"event":"{mentions}","cause":"transcription"}`, "fact-exists")
	f.refuses("registrar", "retractions", `{"event":"{mentions}","cause":"transcription"}`, "fact-exists")
	f.refuses("aix", "disputes", `{"event":"{mentions}","claim":"C'est faux"}`, "fact-exists")
	for _, elsewhere := range []string{"{sources}", "{collectivities}", "{arbitrations}"} { // what is no fact of a candidacy
		f.refuses("aix", "disputes", `{"event":"`+elsewhere+`","claim":"C'est faux"}`, "fact-exists")
		f.refuses("registrar", "retractions", `{"event":"`+elsewhere+`","cause":"transcription"}`, "fact-exists")
		f.refuses("registrar", "figure-retractions", `{"event":"`+elsewhere+`","cause":"transcription"}`, "fact-exists")
		f.refuses("clerk", "dispute-answers", `{"dispute":"`+elsewhere+`","answer":"Non","outcome":"noted"}`, "dispute-open")
	}
	f.does("aix", "disputes", `{"event":"{awards}","claim":"C'est faux"}`, another)
	f.refuses("clerk", "dispute-answers", `{"dispute":"{awards}","answer":"Non","outcome":"noted"}`, "dispute-open")
	f.does("clerk", "dispute-answers", `{"dispute":"{disputes}","answer":"Non","outcome":"noted"}`, "dispute-open")

	for resource, body := range map[string]string{
		"ceremony-facts": `{"attribute":"place","edition":18,"precision":"stated","source":"nobody","value":"Montrouge"}`, "enumerations": `{"edition":18,"count":1,"source":"nobody"}`,
		"figures": `{"edition":18,"yearAsStated":"2017","metric":"labelled","value":187,"precision":"exact","source":"nobody","unit":"communes"}`,
		"rules":   `{"source":"nobody","statement":"Un règlement","topic":"levels","edition":18,"yearAsStated":"2017"}`, "explanations": `{"edition":18,"kind":"established","metric":"labelled","text":"Une explication","source":"nobody"}`,
	} {
		f.refuses("registrar", resource, body, "source-first")
	}
	f.does("registrar", "ceremony-facts", `{"attribute":"place","edition":18,"precision":"stated","source":"gazette","value":"Montrouge"}`, another)
	f.does("registrar", "enumerations", `{"edition":18,"count":1,"source":"gazette"}`, "once")
	f.does("registrar", "figures", `{"edition":18,"yearAsStated":"2017","metric":"labelled","value":187,"precision":"exact","source":"gazette","unit":"communes"}`, another)
	f.does("registrar", "figure-retractions", `{"event":"{figures}","cause":"transcription"}`, "fact-exists")
	f.refuses("registrar", "figure-retractions", `{"event":"{figures}","cause":"transcription"}`, "fact-exists")
	f.does("registrar", "explanations", `{"edition":18,"kind":"hypothesis","metric":"labelled","text":"Une explication"}`, another)
	f.does("registrar", "rules", `{"source":"gazette","statement":"Un règlement","topic":"levels","edition":18,"yearAsStated":"2017"}`, another)
	f.refuses("registrar", "distinction-renewals", `{"distinction":"excellence","collectivity":"fr-commune-73008","until":"2027","source":"gazette"}`, "term")
	f.refuses("registrar", "distinction-lapses", `{"distinction":"excellence","collectivity":"fr-commune-73008","on":"2027","cause":"term"}`, "term")
	f.does("registrar", "distinctions", `{"collectivity":"fr-commune-73008","distinction":"excellence","from":"2021","until":"2024","source":"gazette"}`, "term")
	f.refuses("registrar", "distinctions", `{"collectivity":"fr-commune-73008","distinction":"excellence","from":"2021","until":"2024","source":"gazette"}`, "term")
	f.does("registrar", "distinction-renewals", `{"distinction":"excellence","collectivity":"fr-commune-73008","until":"2027","source":"gazette"}`, "term")
	f.does("registrar", "distinction-lapses", `{"distinction":"excellence","collectivity":"fr-commune-73008","on":"2027","cause":"term"}`, "term")
}

const (
	rules = `{"regulation":"r1","from":28,"title":"R","sha256":"0000000000000000000000000000000000000000000000000000000000000000","articles":[{"number":"1","topic":"jury"},{"number":"2","topic":"embargo"}],
		"minimumLevel":{"value":1,"known":"assumed"},"quorum":{"value":2,"known":"assumed"},"tieBreak":{"value":"chair","known":"assumed"},"jurorsPerCandidacy":{"value":1,"known":"assumed"},
		"notice":{"value":0,"known":"assumed"},"appealDays":{"value":60,"known":"assumed"},"elected":{"value":"no","known":"assumed"},"fee":{"perInhabitant":5,"least":5000,"most":500000,"known":"assumed"}}`
	services = `{"grid":"g1","kind":"made-up","themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`
	opening = `{"edition":28,"regulation":"r1","grid":"g1","calendar":{"opens":"{+0}","closes":"{+10}","jury":"{+20}","ceremony":"{+30}"},"mentions":[{"mention":"inclusion","name":"Inclusion"}]}`
)

// of is the beginning of a request about a candidacy of the edition.
func of(collectivity, rest string) string {
	return `{"edition":28,"collectivity":"fr-commune-` + collectivity + `"` + rest + `}`
}

// prepare publishes the rules and opens the edition. Nothing of it can be done before.
func (f *office) prepare() {
	f.refuses("president", "grids", `{"grid":"g2","kind":"made-up","before":"g0","mapping":[{"from":"a","to":"wifi"}],"themes":[{"id":"t","name":"T"}],"stakes":[{"id":"s","theme":"t","name":"S"}],
		"services":[{"id":"wifi","stake":"s","name":"Wi-Fi"}],"thresholds":[{"level":1,"services":0,"stakes":0,"known":"assumed"}]}`, "published-first")
	f.refuses("president", "editions", opening, "published-first")
	f.refuses("registrar", "memberships", `{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","fee":150000,"population":30000,"populationYear":2023}`, "published-first")
	f.refuses("registrar", "payments", `{"collectivity":"fr-commune-73008","year":2027,"amount":150000,"on":"{+0}"}`, "payment")
	f.refuses("registrar", "membership-corrections", `{"collectivity":"fr-commune-73008","year":2027,"of":"{sources}","cause":"population","regulation":"r1","fee":155000,"population":31000,"populationYear":2024,"why":"Le recensement"}`, "membership-stands")
	f.refuses("registrar", "membership-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":"{sources}","cause":"year","why":"Une autre année"}`, "membership-stands")
	f.refuses("registrar", "payment-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":"{sources}","cause":"returned","why":"Le chèque est sans provision"}`, "payment-stands")
	f.refuses("aix", "actions", `{"action":"wifi-aix","collectivity":"fr-commune-73008","grid":"g1","services":["wifi"],"startedOn":"2026-01","operatorKind":"collectivity","title":"Wi-Fi"}`, "published-first")
	f.does("president", "regulations", rules, "once")
	f.refuses("president", "regulations", rules, "once")
	f.does("president", "grids", services, "once")
	for resource, body := range map[string]string{
		"extensions": `{"edition":28,"deadline":"closes","until":"{+12}","reason":"Une panne"}`, "closings": `{"edition":28,"candidacies":0}`, "postponements": `{"edition":28,"to":"{+40}","reason":"La salle"}`,
		"edition-closings": `{"edition":28}`, "juries": `{"edition":28,"jurors":[1]}`, "sessions": `{"edition":28,"session":1,"on":"{+0}","present":[1],"quorum":2}`,
		"jurors": `{"edition":28,"juror":1,"college":"academic","person":"Juré 1"}`,
	} {
		f.refuses("president", resource, body, "edition-open")
	}
	f.refuses("aix", "candidacies", of("73008", `,"kind":"ville"`), "edition-run")
	f.does("president", "editions", opening, "once")
	f.does("president", "extensions", `{"edition":28,"deadline":"closes","until":"{+12}","reason":"Une panne"}`, "calendar")
	f.does("registrar", "memberships", `{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","fee":150000,"population":30000,"populationYear":2023}`, "once")
	f.does("registrar", "membership-corrections", `{"collectivity":"fr-commune-73008","year":2027,"of":"{memberships}","cause":"population","regulation":"r1","fee":155000,"population":31000,"populationYear":2024,"why":"Le recensement"}`, "membership-stands")
	f.does("registrar", "membership-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":"{membership-corrections}","cause":"year","why":"Une autre année"}`, "membership-stands")
	f.does("registrar", "memberships", `{"collectivity":"fr-commune-73008","year":2027,"regulation":"r1","fee":150000,"population":30000,"populationYear":2023}`, "once")
	f.does("registrar", "payments", `{"collectivity":"fr-commune-73008","year":2027,"amount":150000,"on":"{+0}"}`, another)
	f.does("registrar", "payment-retractions", `{"collectivity":"fr-commune-73008","year":2027,"of":"{payments}","cause":"returned","why":"Le chèque est sans provision"}`, "payment-stands")
}

// declare takes declarations and candidacies, and closes them.
func (f *office) declare() {
	for resource, body := range map[string]string{
		"amendments":    `{"action":"wifi-aix","grid":"g1","services":["wifi"],"startedOn":"2026-01","operatorKind":"collectivity","title":"Wi-Fi"}`,
		"confirmations": `{"action":"wifi-aix","on":"{+0}"}`, "endings": `{"action":"wifi-aix","on":"{+0}"}`,
	} {
		f.refuses("registrar", resource, body, "action-first")
	}
	for resource, body := range map[string]string{
		"submissions": of("73008", `,"signedOff":"Le maire"`), "withdrawals": of("73008", ``), "information-answers": of("73008", `,"request":"{sources}","answer":"Oui"`),
		"information-requests": of("73008", `,"question":"Combien ?","until":"{+5}"`), "inadmissibilities": of("73008", `,"ground":"late","article":"1","reason":"Trop tard"`),
		"assignments": of("73008", `,"juror":1`), "deferrals": of("73008", `,"session":1,"reason":"Une pièce manque"`), "recusals": of("73008", `,"juror":1,"category":"family"`),
	} {
		who := map[bool]string{true: "registrar", false: "president"}[resource == "submissions" || resource == "withdrawals" || resource == "information-answers"]
		f.refuses(who, resource, body, "candidacy-first")
	}
	f.refuses("juror 1", "opinions", of("73008", `,"juror":1,"opinion":"Bien"`), "candidacy-first")
	f.does("aix", "actions", `{"action":"wifi-aix","collectivity":"fr-commune-73008","grid":"g1","services":["wifi"],"startedOn":"2026-01","operatorKind":"collectivity","title":"Wi-Fi"}`, "once")
	f.does("aix", "amendments", `{"action":"wifi-aix","grid":"g1","services":["wifi"],"startedOn":"2026-02","operatorKind":"collectivity","title":"Wi-Fi public"}`, another)
	f.does("aix", "confirmations", `{"action":"wifi-aix","on":"{+0}"}`, another)
	f.takes("aix", "actions", `{"action":"fini-aix","collectivity":"fr-commune-73008","grid":"g1","services":["wifi"],"startedOn":"2026-01","operatorKind":"collectivity","title":"Fini"}`, "fini")
	f.does("aix", "endings", `{"action":"fini-aix","on":"{+0}"}`, "action-ongoing")
	f.does("aix", "candidacies", of("73008", `,"kind":"ville","population":30000,"populationYear":2023`), "candidacy-once")
	for _, id := range []string{"02408", "18033", "21231", "14118"} {
		f.takes("registrar", "candidacies", of(id, `,"kind":"ville"`), id)
		f.takes("registrar", "submissions", of(id, `,"signedOff":"Le maire"`), id)
	}
	f.does("aix", "submissions", of("73008", `,"signedOff":"Le maire","actions":[{"action":"wifi-aix","revision":0}]`), another)
	f.does("registrar", "information-requests", of("73008", `,"question":"Combien ?","until":"{+5}"`), another)
	f.does("aix", "information-answers", of("73008", `,"request":"{information-requests}","answer":"Trois"`), "request-open")
	f.does("registrar", "withdrawals", of("21231", ``), "candidacy-live")
	f.refuses("registrar", "withdrawals", of("21231", ``), "candidacy-live")
	f.does("president", "inadmissibilities", of("14118", `,"ground":"other","article":"1","reason":"Hors du règlement"`), "candidacy-live")
	f.refuses("president", "closings", `{"edition":28,"candidacies":5}`, "deadline")
	f.day.Store(13)
	f.does("registrar", "closings", `{"edition":28,"candidacies":5}`, "phase")
	f.refuses("registrar", "candidacies", of("33032", `,"kind":"ville"`), "in-time")
	f.refuses("aix", "submissions", of("73008", `,"signedOff":"Le maire"`), "in-time")
	f.refuses("president", "extensions", `{"edition":28,"deadline":"closes","until":"{+20}","reason":"Encore"}`, "deadline")
}

// judge has the jury sit, and decide.
func (f *office) judge() {
	f.refuses("president", "juries", `{"edition":28,"jurors":[1,2,3]}`, "juror-sits")
	f.does("president", "jurors", `{"edition":28,"juror":1,"college":"academic","person":"Juré 1","chair":"yes"}`, "once")
	for _, n := range []string{"2", "3", "4", "5"} {
		f.takes("president", "jurors", `{"edition":28,"juror":`+n+`,"college":"academic","person":"Juré `+n+`"}`, "juror "+n)
	}
	f.refuses("president", "juror-terms", `{"edition":28,"juror":9,"cause":"resigned"}`, "juror-sits")
	f.refuses("president", "conflicts", of("73008", `,"juror":9,"category":"family"`), "juror-sits")
	f.does("president", "juror-terms", `{"edition":28,"juror":5,"cause":"resigned"}`, "juror-sits")
	f.refuses("president", "assignments", of("73008", `,"juror":1`), "jury-list")
	f.does("president", "juries", `{"edition":28,"jurors":[1,2,3,4]}`, another)
	f.does("juror 2", "conflicts", of("18033", `,"juror":2,"category":"family"`), "once")
	f.does("president", "assignments", of("73008", `,"juror":1`), "assigned-once")
	f.takes("president", "assignments", of("02408", `,"juror":1`), "assigned")
	f.takes("president", "assignments", of("18033", `,"juror":1`), "assigned")
	f.refuses("juror 2", "opinions", of("73008", `,"juror":2,"opinion":"Bien"`), "assigned")
	f.does("juror 1", "opinions", of("73008", `,"juror":1,"opinion":"Bien"`), "opinion-once")
	f.does("president", "recusals", of("02408", `,"juror":3,"category":"family"`), "recused-once")
	f.refuses("president", "deferrals", of("02408", `,"session":1,"reason":"Une pièce manque"`), "session")
	f.refuses("president", "decisions", decision("73008", "Pour"), "session")
	f.refuses("president", "deliberations", `{"edition":28}`, "phase")
	f.day.Store(20)
	f.does("president", "sessions", `{"edition":28,"session":1,"on":"{+20}","present":[1,2,3,4],"quorum":2}`, "session-number")
	f.takes("president", "sessions", `{"edition":28,"session":2,"on":"{+20}","present":[1,2,4],"quorum":2}`, "session 2")
	f.does("president", "deferrals", of("02408", `,"session":1,"reason":"Une pièce manque"`), another)
}

// decision is the draft of one.
func decision(id, motivation string) string {
	return of(id, `,"session":1,"distinction":"level","level":1,"mentions":[],"tally":{"for":2,"against":0,"abstained":0},"motivation":"`+motivation+`","votes":"Tous","departure":""`)
}

// celebrate seals the decisions, holds the ceremony, and hears appeals.
func (f *office) celebrate() {
	f.deliberate()
	of73008, of02408, of18033 := `,"of":"{seal 73008}"`, `,"of":"{seal 02408}"`, `,"of":"{seal 18033}"`
	const from, to = `,"from":{"distinction":"level","level":1}`, `,"to":{"distinction":"level","level":2}`
	for resource, body := range map[string]string{
		"notifications": of("73008", of73008+`,"on":"{+20}","channel":"letter"`), "rectifications": of("02408", of02408+from+to+`,"reason":"Une erreur"`),
		"label-withdrawals": of("18033", of18033+`,"article":"1","reason":"Une fraude"`),
	} {
		f.refuses("president", resource, body, "published")
	}
	f.refuses("aix", "appeals", of("73008", of73008+`,"on":"{+20}","grounds":"Un oubli"`), "published")
	f.refuses("president", "edition-closings", `{"edition":28}`, "phase")
	f.publish()
	f.refuses("president", "postponements", `{"edition":28,"to":"{+60}","reason":"La salle"}`, "phase")
	f.refuses("registrar", "appeals", of("73008", of73008+`,"on":"{+39}","grounds":"Un oubli"`), "appeal-time")
	f.does("president", "notifications", of("73008", of73008+`,"on":"{+40}","channel":"letter"`), "notified")
	f.takes("president", "notifications", of("02408", of02408+`,"on":"{+40}","channel":"letter"`), "notified")
	f.does("president", "rectifications", of("02408", of02408+from+to+`,"reason":"Une erreur"`), "rectified")
	f.does("president", "label-withdrawals", of("18033", of18033+`,"article":"1","reason":"Une fraude"`), "label-held")

	const verdict = `,"panel":[3,4],"outcome":"confirmed","tally":{"for":2,"against":0,"abstained":0},"reason":"Rien de neuf"`
	f.refuses("president", "appeal-admissions", of("73008", `,"appeal":"{seal 73008}"`), "appeal-open")
	f.refuses("aix", "appeals", of("73008", of73008+`,"on":"{+39}","grounds":"Un oubli"`), "appeal-time")
	f.does("aix", "appeals", of("73008", of73008+`,"on":"{+40}","grounds":"Un oubli"`), "appeal-once")
	f.refuses("president", "appeal-decisions", of("73008", `,"appeal":"{appeals}"`+verdict), "appeal-heard")
	f.does("president", "appeal-admissions", of("73008", `,"appeal":"{appeals}"`), "appeal-unheard")
	f.refuses("president", "appeal-rejections", of("73008", `,"appeal":"{appeals}","article":"1","reason":"Trop tard"`), "appeal-unheard")
	f.does("president", "appeal-decisions", of("73008", `,"appeal":"{appeals}"`+verdict), "appeal-open")
	f.takes("registrar", "appeals", of("02408", of02408+`,"on":"{+40}","grounds":"Un oubli"`), "another appeal")
	f.does("president", "appeal-rejections", of("02408", `,"appeal":"{another appeal}","article":"1","reason":"Sans objet"`), "appeal-open")
	f.does("president", "edition-closings", `{"edition":28}`, "edition-open")
	f.erase()
}

// deliberate drafts every decision and closes the deliberation, each time two people at once.
func (f *office) deliberate() {
	t := f.t
	f.refuse(f.send("president", "deliberations", `{"edition":28}`), "deliberations", http.StatusUnprocessableEntity, "decided")
	size := f.Size()
	for _, id := range []string{"73008", "02408", "18033"} {
		first := f.oneIsQuicker("decisions", []string{decision(id, "Pour"), decision(id, "Contre")}, "If-None-Match", "*")
		if first.current != 1 {
			t.Errorf("the one who was slower hears of the draft %d, want 1", first.current)
		}
		again := f.oneIsQuicker("decisions", []string{decision(id, "Mieux"), decision(id, "Pire")}, "If-Match", `"1"`)
		if again.current != 2 {
			t.Errorf("the one who was slower hears of the draft %d, want 2", again.current)
		}
	}
	if f.Size() != size {
		t.Error("drafts were recorded")
	}
	f.done["decisions"], f.done["deliberations"] = true, true
	f.refuse(f.send("president", "deliberations", `{"edition":28}`, "If-Match", `"99"`), "deliberations on another revision", http.StatusConflict, "")
	revision := f.revision("president", "postponements", `{"edition":28,"to":"{+40}","reason":"La salle"}`)
	done := f.oneIsQuicker("deliberations", []string{`{"edition":28}`, `{"edition":28}`}, "If-Match", strconv.Quote(strconv.FormatInt(revision, 10)))
	if done.current != revision+1 {
		t.Errorf("the one who was slower hears of the revision %d, want %d", done.current, revision+1)
	}
	if f.Size() != size+5 {
		t.Errorf("%d records, want the recusal of who has an interest, three decisions and the closing", f.Size()-size)
	}
	f.refuses("president", "deliberations", `{"edition":28}`, "phase")
	f.refuses("president", "decisions", decision("73008", "Trop tard"), "one-seal")
	f.sealed()
	f.refuses("president", "supersessions", of("73008", `,"of":"{sources}","reason":"Une voix mal comptée"`), "seal-named")
	// On the eve a decision is taken back, drafted anew, and sealed by closing once more.
	f.does("president", "supersessions", of("73008", `,"of":"{seal 73008}","reason":"Une voix mal comptée"`), "seal-named")
	f.refuse(f.send("president", "deliberations", `{"edition":28}`, "If-Match", `"99"`), "a seal on another revision", http.StatusConflict, "")
	if code := f.send("president", "decisions", decision("73008", "Revu")).Code; code != http.StatusCreated {
		t.Errorf("drafted again: %d", code)
	}
	if code := f.send("president", "deliberations", `{"edition":28}`).Code; code != http.StatusCreated {
		t.Errorf("sealed again: %d", code)
	}
	f.refuses("president", "deliberations", `{"edition":28}`, "phase")
	f.sealed()
}

// sealed keeps the ids of the decisions that were sealed last.
func (f *office) sealed() {
	for _, e := range f.events("decision-sealed") {
		f.ids["seal "+e.Stream[len(e.Stream)-5:]] = e.ID
	}
}

// publish holds the ceremony, on a day that was put off.
func (f *office) publish() {
	t := f.t
	f.does("president", "postponements", `{"edition":28,"to":"{+40}","reason":"La salle"}`, "calendar")
	const day = `{"edition":28,"on":"{+40}"}`
	f.refuses("president", "publications", day, "embargo")
	f.day.Store(40)
	size := f.Size()
	// Two people ask at once: the first of them waits for the other.
	var both sync.WaitGroup
	codes := make([]int, 2)
	for i, who := range []string{"president", "second"} {
		both.Go(func() { codes[i] = f.send(who, "publications", f.fill(day)).Code })
	}
	both.Wait()
	slices.Sort(codes)
	if !slices.Equal(codes, []int{http.StatusCreated, http.StatusAccepted}) || f.Size() != size+4 {
		t.Errorf("two people who publish at once hear %v, and %d records were written: want 201, 202 and three decisions with the palmarès", codes, f.Size()-size)
	}
	f.done["publications"] = true
	f.refuses("second", "publications", day, "phase")
}

// erase destroys a text.
func (f *office) erase() {
	f.refuses("admin", "erasures", `{"event":"{seal 73008}","pointer":"/data/level","ground":"request"}`, "erasable")
	size := f.Size()
	f.takes("admin", "erasures", `{"event":"{disputes}","pointer":"/data/claim","ground":"request"}`, "erasure")
	again := receiptIn(f.t, f.send("admin", "erasures", f.fill(`{"event":"{disputes}","pointer":"/data/claim","ground":"request"}`)), http.StatusOK)
	if !again.Duplicate {
		f.t.Error("an erasure that was asked for twice is not told so")
	}
	if f.Size() != size+1 {
		f.t.Errorf("%d erasures were recorded", f.Size()-size)
	}
	f.done["erasures"] = true
}
