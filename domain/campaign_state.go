package domain

// CampaignState is what the stream of an edition that is run here says.
type CampaignState = campaign

// CampaignStateOf folds the history of an edition's stream.
func CampaignStateOf(history []Recorded) CampaignState { return campaignOf(history) }

// RegulationOf gives the regulation that a stream publishes, or nil.
func RegulationOf(history []Recorded) *RegulationPublished { return regulationOf(history) }
