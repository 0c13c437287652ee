package words

// englishSession is what the page to sign in says.
var englishSession = catalogue{
	"session.title":      "Members' area",
	"session.link":       "Sign in",
	"session.lede":       "For those who declare, examine or decide. All that the ledger publishes can be read without giving anything.",
	"session.token":      "Your token (it begins with aro_)",
	"session.in":         "Sign in",
	"session.out":        "Sign out",
	"session.as":         "You are %s, as %s.",
	"session.for":        "For: %s.",
	"session.shown":      "What you enter is dated and bears your role. Your name is sealed: the public does not see it.",
	"session.denied":     "This token is not valid. It may be mistyped, expired or revoked; whoever gave it to you can give you another.",
	"session.often.one":  "Too many attempts from this address. Try again in %s second.",
	"session.often.many": "Too many attempts from this address. Try again in %s seconds.",
	"session.cookie":     "A cookie is set while you are here, for twelve hours at most. It serves nothing else.",

	"role.declarant": "declarant",
	"role.registrar": "secretariat",
	"role.juror":     "member of the jury",
	"role.president": "presidency of the jury",
	"role.auditor":   "auditor",
	"role.admin":     "administration",

	"problem.foreign":      "This form comes from another site",
	"problem.foreign.text": "Nothing was recorded. Open the page here and try again.",
	"problem.form":         "This form did not arrive whole",
	"problem.form.text":    "Nothing was recorded. Go back and try again.",
}
