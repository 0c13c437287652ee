package words

// frenchLetter is what the letter says that confirms a dispute: the number of the record, the link, this site, hours.
var frenchLetter = catalogue{"letter.text": `Bonjour,

Quelqu'un, vous sans doute, a donné cette adresse pour contester l'inscription nº %s du registre du label.

Pour relire le texte et le publier, ouvrez ce lien :

%s

Il sert une fois, et pendant %[4]d heures. Si ce n'était pas vous, ne faites rien : rien n'est publié, et votre adresse est oubliée.

%[3]s
`}
