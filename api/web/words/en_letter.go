package words

// englishLetter is what the letter says that confirms a dispute: the number of the record, the link, this site, hours.
var englishLetter = catalogue{"letter.text": `Hello,

Somebody, you no doubt, gave this address to dispute record no. %s of the ledger of the label.

To read the text again and to publish it, open this link:

%s

It serves once, and for %[4]d hours. If it was not you, do nothing: nothing is published, and your address is forgotten.

%[3]s
`}
