package words

// frenchSession is what the page to sign in says.
var frenchSession = catalogue{
	"session.title":      "Espace réservé",
	"session.link":       "Mon espace",
	"session.lede":       "Pour celles et ceux qui déclarent, instruisent ou décident. Tout ce que le registre publie se lit sans rien donner.",
	"session.token":      "Votre jeton (il commence par aro_)",
	"session.in":         "Entrer",
	"session.out":        "Sortir",
	"session.as":         "Vous êtes %s (%s).",
	"session.for":        "Pour : %s.",
	"session.shown":      "Ce que vous inscrivez est daté et signé de votre rôle. Votre nom est scellé : le public ne le voit pas.",
	"session.denied":     "Ce jeton n'est pas valable. Il est peut-être mal recopié, expiré ou révoqué ; qui vous l'a donné peut vous en donner un autre.",
	"session.often.one":  "Trop d'essais depuis cette adresse. Réessayez dans %s seconde.",
	"session.often.many": "Trop d'essais depuis cette adresse. Réessayez dans %s secondes.",
	"session.cookie":     "Un cookie de connexion est posé tant que vous êtes là, douze heures au plus. Il ne sert à rien d'autre.",

	"role.declarant": "déclarant",
	"role.registrar": "secrétariat",
	"role.juror":     "membre du jury",
	"role.president": "présidence du jury",
	"role.auditor":   "auditeur",
	"role.admin":     "administration",

	"problem.foreign":      "Ce formulaire vient d'un autre site",
	"problem.foreign.text": "Rien n'a été inscrit. Ouvrez la page ici même et recommencez.",
	"problem.form":         "Ce formulaire n'est pas arrivé entier",
	"problem.form.text":    "Rien n'a été inscrit. Revenez en arrière et recommencez.",
}
