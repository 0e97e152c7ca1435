//! Common given names: they tell a column of names from other words, and which of two names is the given one.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Given names of people at work in England that are hardly ever family names, in small plain letters.
const GIVEN: &str = "aarti adam adrian agnieszka alan albert aleksandra alex alexander alexandra alfie alice alicia alisha alison amanda \
amelia amina amir amy anastasia anca andrea andrei angel angela angelica anil anita anjali ann anna anne anthony \
antonio arthur arun asha ashley ayesha barbara beata ben benjamin bernard beth bethan bethany beverley blessing bogdan \
brenda brian carly carol carole caroline carolyn caron catherine catriona ceri charles charlotte chelsea cherry cheryl \
chinedu chioma chloe christian christine christopher ciara claire clare claudia colin comfort connor craig cynthia \
damian daniel danuta darren david dawn debbie deborah debra declan deepa denise dennis derek diana diane donna dorota \
dorothy douglas duncan edward eileen elaine eleanor elena eleri elisabeth elizabeth ellen ellie emeka emilia emily \
emma emmanuel eric ester esther eva evelyn ewa ewelina faith fatima favour faye felicity fiona florin frances funmi \
gail gareth gary gemma geoffrey george georgia georgina gerald geraldine gheorghe gift gillian gloria glyn godwin \
grace graham grant gwen gwenllian hannah harpreet harriet harry hayley hazel heather helen henry hilary hollie holly \
hugh ian ifeoma imran ioana ionut irene isabel isabella isla iwona jack jacob jacqueline jade jake james jamie jan \
jane janet janice jasmin jasmine jasper jaspreet jayne jean jeffrey jemma jennifer jenny jennylyn jeremy jessica jill \
jim jo joan joanna joanne jodie joe john jolanta jonathan jordan jorge jose joseph josephine joshua joy joyce juan \
judith julia julie jun june justyna kamal karen karina karl katarzyna kate katherine kathleen kathryn katie katy \
kavita kayleigh keith kelly kelvin kenneth kerry kevin khadija kimberley kirsten kirsty krzysztof kumar kwame lakshmi \
laura lauren leanne lee leon leonard lesley leslie lewis liam lily linda lindsey lisa lloyd lois lorraine louise lucas \
lucia lucy luis luke lydia lynda lynn lynne magdalena maggie malcolm malgorzata mandy manpreet marc marcin margaret \
margarita maria mariam marian mariana maricel marie marilyn marion marites mark marta martin mary matilda matthew \
maureen meera megan melanie melissa mercy michael michaela michelle mick mihai mike mohamed mohammad mohammed molly \
monika muhammad nadia naomi natalie natasha nathan neha neil ngozi nia niamh nicholas nicola nicole nigel nina nisha \
noel norma oksana olga oliver olivia olu omar oscar owain owen paige pamela patience patricia patrick paul paula \
paulina pauline pawel peace penelope penny peter petra philip philippa phoebe phyllis piotr pooja poppy precious \
preeti princess priya rachael rachel radu raj rajesh ralph ravi raymond rebecca rebekah reece reginald rekha rhian \
rhys richard ricky rita robert robin roger rohit roisin ronald rory rosa rose rosemary rosie ross rowena roy ruby \
russell ruth ryan sally sam samantha samuel sandeep sandra sanjay sara sarah scott sean shane shannon sharon shaun \
sheila shirley shona sian simon simran sofia sophie stacey stella stephanie stephen steven stewart stuart sue sunil \
sunita suresh susan susanna suzanne sylvia sylwia tamsin tanya tendai terence teresa terri terry thandi thelma theresa \
thomas tim timothy tina toby tom tomasz tony tracey tracy trevor ursula val valerie vanessa vera veronica vicky victor \
victoria vijay vincent violet vivien walter wayne wendy wesley william yasmin yusuf yvonne zara zoe";

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| GIVEN.split_ascii_whitespace().collect());

/// True where the word is a common given name, whatever its case and accents.
pub(super) fn is_given(word: &str) -> bool {
    KNOWN.contains(crate::person_name::match_key(word).as_str())
}
