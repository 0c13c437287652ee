package domain

// Footing says how well a value of a regulation or a grid is known, who says it, and which article of the regulation sets
// it. Known is sourced (a published source says it), contested (sources contradict each other) or assumed (nobody says
// it; the association chose it). Whatever rests on a contested or an assumed value says so wherever it is shown.
type Footing struct {
	Known   string   `json:"known" validate:"required,oneof=sourced contested assumed"`
	Source  SourceID `json:"source,omitempty" validate:"omitempty,sourceid"`
	Article string   `json:"article,omitempty" validate:"omitempty,article"`
}

// RuledNumber is a number that a regulation sets.
type RuledNumber struct {
	Value int `json:"value" validate:"min=0,max=100000"`
	Footing
}

// RuledTieBreak is what decides where votes are equal: the voice of the chair, the higher level, the lower one, or another
// vote.
type RuledTieBreak struct {
	Value string `json:"value" validate:"required,oneof=chair higher lower another-vote"`
	Footing
}

// RuledChoice is a yes or a no of a regulation.
type RuledChoice struct {
	Value string `json:"value" validate:"required,oneof=yes no"`
	Footing
}

// RuledFee is what a membership costs, in cents of a euro. "0.05 EUR an inhabitant, at least 50, at most 5,000" is 5 cents
// an inhabitant, 5000, 500000; one source, 2022, which does not say which population.
type RuledFee struct {
	PerInhabitant int `json:"perInhabitant" validate:"min=0,max=10000"`
	Least         int `json:"least" validate:"min=0,max=100000000"`
	Most          int `json:"most" validate:"min=0,max=100000000"`
	Footing
}

// Article is one article of a regulation, which decisions and refusals cite. The topic is what it is about, by the name
// that rules call it: quorum, conflicts, deadlines (see Topic).
type Article struct {
	Number string `json:"number" validate:"required,article"`
	Topic  string `json:"topic" validate:"required,slug"`
}

// RegulationPublished fixes the rules of the label from an edition on. Its text is a document of its own, named by its
// hash. What the regulation leaves open, the association has assumed, and it says so.
type RegulationPublished struct {
	Regulation string    `json:"regulation" validate:"required,slug"`
	From       Edition   `json:"from" validate:"required,edition"`
	Title      string    `json:"title" validate:"required,line,max=200"`
	SHA256     string    `json:"sha256" validate:"required,sha256hex"`
	URL        string    `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
	Articles   []Article `json:"articles" validate:"required,min=1,max=200,unique=Number,dive"`
	// MinimumLevel is the least that a participant receives: 1 since 2010; 0 where a rung below existed.
	MinimumLevel RuledNumber `json:"minimumLevel"`
	// Quorum is how many jurors must be present at a decision, without those who are recused.
	Quorum   RuledNumber   `json:"quorum"`
	TieBreak RuledTieBreak `json:"tieBreak"`
	// JurorsPerCandidacy is how many jurors report on each candidacy.
	JurorsPerCandidacy RuledNumber `json:"jurorsPerCandidacy"`
	// Notice is how many days before the first session the jury's list is published.
	Notice RuledNumber `json:"notice"`
	// AppealDays is how many days after it was notified a decision can be appealed.
	AppealDays RuledNumber `json:"appealDays"`
	// Elected says whether elected officials may sit on the jury.
	Elected RuledChoice `json:"elected"`
	Fee     RuledFee    `json:"fee"`
	Provenance
}

func (*RegulationPublished) EventName() string { return "regulation-published" }

// RegulationStream is the stream of one version of the regulation.
func RegulationStream(version string) StreamName { return StreamName("regulation-" + version) }

// Theme, Stake and Service are the three steps of a grid: a service belongs to a stake, a stake to a theme.
type Theme struct {
	ID   string `json:"id" validate:"required,slug"`
	Name string `json:"name" validate:"required,line,max=200"`
}

// Stake groups services.
type Stake struct {
	ID    string `json:"id" validate:"required,slug"`
	Theme string `json:"theme" validate:"required,slug"`
	Name  string `json:"name" validate:"required,line,max=200"`
}

// Service is what a collectivity may render to its citizens. Kinds are those that it applies to; none: all.
type Service struct {
	ID    string   `json:"id" validate:"required,slug"`
	Stake string   `json:"stake" validate:"required,slug"`
	Name  string   `json:"name" validate:"required,line,max=200"`
	Kinds []string `json:"kinds,omitempty" validate:"omitempty,min=1,max=3,unique,dive,oneof=village ville territoire"`
}

// Threshold says from what on a level is possible, and what the jury must assess before it awards it. It never awards.
// Services and Stakes are the shares, in percent, of those that apply to the collectivity and have an action that counts.
type Threshold struct {
	Level    Level    `json:"level" validate:"required,level"`
	Services int      `json:"services" validate:"min=0,max=100"`
	Stakes   int      `json:"stakes" validate:"min=0,max=100"`
	Assess   []string `json:"assess,omitempty" validate:"omitempty,min=1,max=2,unique,dive,oneof=citizen-approach innovation"`
	Footing
}

// Correspondence says which service of the grid before one of this grid continues.
type Correspondence struct {
	From string `json:"from" validate:"required,slug"`
	To   string `json:"to" validate:"required,slug"`
}

// GridPublished is one version of the grid of services. A grid of which the services' names are not known is made up, and
// says so.
type GridPublished struct {
	Grid       string           `json:"grid" validate:"required,slug"`
	Kind       string           `json:"kind" validate:"required,oneof=real made-up"`
	Themes     []Theme          `json:"themes" validate:"required,min=1,max=20,unique=ID,dive"`
	Stakes     []Stake          `json:"stakes" validate:"required,min=1,max=60,unique=ID,dive"`
	Services   []Service        `json:"services" validate:"required,min=1,max=400,unique=ID,dive"`
	Thresholds []Threshold      `json:"thresholds" validate:"required,min=1,max=5,unique=Level,dive"`
	Before     string           `json:"before,omitempty" validate:"omitempty,slug"`
	Mapping    []Correspondence `json:"mapping,omitempty" validate:"omitempty,min=1,max=400,dive"`
	Provenance
}

func (*GridPublished) EventName() string { return "grid-published" }

// GridStream is the stream of one version of the grid.
func GridStream(version string) StreamName { return StreamName("grid-" + version) }
