package words

// frenchShow is what the page says on which evidence is attached.
var frenchShow = catalogue{
	"show.title":         "Ce qui montre cette action",
	"show.lede":          "Une adresse ou un fichier à la fois. Chaque ajout est une nouvelle révision de l'action ; le reste ne change pas.",
	"show.already":       "Ce qui est déjà là",
	"show.url":           "Une adresse du web",
	"show.file":          "Ou un fichier",
	"show.most":          "PDF, PNG, JPEG ou texte, %s Mo au plus. Il sera public et gardé : n'y laissez rien de personnel.",
	"show.record":        "Joindre",
	"show.either":        "Donnez une adresse, ou choisissez un fichier : l'un des deux.",
	"show.file.again":    "Choisissez le fichier de nouveau : il n'a pas été gardé.",
	"show.erased":        "Un texte de cette action a été effacé : décrivez-la de nouveau avant d'y joindre quelque chose.",
	"show.ended":         "Cette action est terminée : elle ne change plus.",
	"show.kind":          "Ce fichier n'est ni un PDF, ni une image PNG ou JPEG, ni du texte en UTF-8.",
	"show.size":          "Ce fichier est trop grand.",
	"show.room":          "Il n'y a plus de place pour les fichiers de cette collectivité. Ceux qu'aucune action ne nomme sont retirés après un mois.",
	"show.nofiles":       "Ce site ne prend pas de fichiers : donnez une adresse.",
	"show.fileerased":    "Ce fichier a été effacé à la demande d'une personne : il n'est pas repris.",
	"show.go":            "Joindre une adresse ou un fichier",
	"show.which":         "Ce qui n'est encore montré par rien :",
	"problem.busy":       "Trop de fichiers arrivent en ce moment",
	"problem.busy.text":  "Rien n'a été inscrit. Revenez en arrière et réessayez dans un instant.",
	"problem.large":      "Ce fichier est trop grand",
	"problem.large.text": "Rien n'a été inscrit. Revenez en arrière et choisissez-en un plus petit, ou donnez une adresse.",
}
