package domain

// The cases of the form of a field. What the rule of a form asks is told by its [forms].
var (
	uuidForm     = FormCase("uuid", "{value:typed}: an id is a UUID in lower case and not the zero one")
	uuidUnread   = FormCase("uuid.unread", "is not a UUID")
	sealedForm   = FormCase("sealed", "{value:typed}: a sealed member holds 32 bytes in base64")
	requiredForm = FormCase("required", "is missing")

	levelRange = FormCase("level.range", "{value:number}: a level is an integer from {least:number} to {most:number}")

	editionOrdinal = FormCase("edition.ordinal", "{value:number}: an edition is an ordinal from 1 (1999) on")
	oneofForm      = FormCase("oneof", "{value:typed} is none of: {words:codes}")

	maxNumber     = FormCase("max.number", "is too long or too great; the most is {most:number}")
	maxCharacters = FormCase("max.characters", "is too long or too great; the most is {most:number}")
	maxItems      = FormCase("max.items", "is too long or too great; the most is {most:number}")

	minNumber     = FormCase("min.number", "is too short or too small; the least is {least:number}")
	minCharacters = FormCase("min.characters", "is too short or too small; the least is {least:number}")
	minItems      = FormCase("min.items", "is too short or too small; the least is {least:number}")

	maxGreater = FormCase("max.greater", "{value:number} is too great; the most is {most:number}")
	maxLonger  = FormCase("max.longer", "is too long; the most is {most:number} characters")
	maxMore    = FormCase("max.more", "has too many items; the most is {most:number}")

	minSmaller   = FormCase("min.smaller", "{value:number} is too small; the least is {least:number}")
	minFewer     = FormCase("min.fewer", "has too few items; the least is {least:number}")
	eqForm       = FormCase("eq", "{value:typed} must be {must:name}")
	uniqueForm   = FormCase("unique", "names the same thing twice")
	uniqueMember = FormCase("unique.member", "is there twice")

	valueOther = FormCase("value.other", "{value:typed} breaks the rule {rule:codes} {of:codes}")

	textForm    = FormCase("text.form", "the text is not UTF-8 in Unicode normal form C")
	textLong    = FormCase("text.long", "the text has more than {most:number} characters")
	textControl = FormCase("text.control", "the text has control characters")

	numberZeros    = FormCase("number.zeros", "a number has one form: without zeros at the end of its decimals")
	numberDecimal  = FormCase("number.decimal", "{value:typed} is not a number such as 56 or 3.6")
	numberDecimals = FormCase("number.decimals", "{value:typed} has more than six decimals")
	followsForm    = FormCase("follows", "a mention does not continue itself")
	orderForm      = FormCase("order", "mentions stand in the order of their ids")
	evidenceForm   = FormCase("evidence", "needs an address, or the hash of a file")

	jsonNot    = FormCase("json.not", "is not JSON")
	jsonObject = FormCase("json.object", "a JSON object is expected")
	jsonDeep   = FormCase("json.deep", "is nested too deeply")
	jsonTwice  = FormCase("json.twice", "the member {member:quote} is given twice")
	jsonMore   = FormCase("json.more", "something follows the object")
	jsonUtf8   = FormCase("json.utf8", "is not UTF-8")
	jsonAfter  = FormCase("json.after", "something follows the data")
	jsonAt     = FormCase("json.at", "is not JSON at byte {at:number} of the data")

	kindText  = FormCase("kind.text", "a text is expected here")
	kindOther = FormCase("kind.other", "a {kind:codes} is not what is expected here")
	kindValue = FormCase("kind.value", "a value is not of the kind that is expected")

	unknownMember = FormCase("unknown.member", "is not a member of {type}")
	unknownBy     = FormCase("unknown.by", "is told by the token, not by the request")
	unknownHere   = FormCase("unknown.here", "is not a member here")
	unknownOfIt   = FormCase("unknown.of-it", "is not a member of it")
	unknownBeside = FormCase("unknown.beside", "has more than the member sealed")

	typeObject     = FormCase("type.object", "is not an object")
	typeList       = FormCase("type.list", "is not a list")
	typeNumber     = FormCase("type.number", "is not a whole number")
	typeNumberForm = FormCase("type.number-form", "{value:name} is not a whole number that every program can hold, in its one form")
	typeText       = FormCase("type.text", "is not a text")

	collectivityNoBody = FormCase("collectivity.no-body", "{value:typed} is not the id of a body")

	yearStated = FormCase("year.stated", "{value:typed} is not a year (2017), nor an uncertain one (2002?, 2017+, 2018|2024, 2000-2005)")

	dateNotification = FormCase("date.notification", "the day of the notification is none")
)
