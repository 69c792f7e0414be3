"""Whether words that deny something deny what the two of a pair have to do with each other.

"A did not cause B" does. "C did not change the binding of A to B", "A inhibits C but not B",
"A lowered C, whereas it did not change B" and "no difference in A between B and C" deny something
else. Who does the denied thing, what it is done to, and what stands in between tell them apart,
in another way for each place of the denial: before the two, between them, behind both. What these
words are, and what each check gave, is in decision 15.
"""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.hiding import CONTRACTED, MENTION
from kgbuild.statements.scope import Scope, first_verb, has_verb

__all__ = ["denies"]

_NAME = rf"{MENTION}+"
_AUX = (
    r"(?:is|are|was|were|be|been|has|have|had|did|does|do|can|could|may|might|would|will|should"
    r"|ca|wo)"
)
_AUXILIARY = re.compile(rf"\b{_AUX}\b")
_VERBAL = re.compile(
    r"(?:\b(?:not|never|cannot|nor|not able to|(?:fail\w*|unable|inability) to)"
    rf"|{CONTRACTED}t) ?\Z"
)
"""Denials that a verb follows, of what is denied."""
_LACK = re.compile(r"free (?:of|from)|lack|absence of|devoid of|negative for|without(?! avail)")
_LACK_OF = re.compile(r"(?:lack|absence)\b")
_ITS_CAUSE = re.compile(
    r"\b(?:results? from|due to|because of|caused by|through|explained by|attribut\w+ to|owing to"
    r"|who)\b"
)
"""Behind such words a lack is why, or of whom, a thing is told."""
_ACTING_ON_LINKS = re.compile(r"oppos|abolish|remov|weaken|eliminat|nullif|eras")

_TURN = re.compile(
    r"[;:] |,? (?:but|whereas|while|although|though|because|since|whenever|if|until"
    r"|when(?! (?:given|used|added|applied|combined))"
    r"|so that|suggesting|indicating|implying|demonstrating|showing|as indicated)[ ,]"
    r"|\b(?:suggest|indicat|show|reveal|demonstrat)\w* that "
    r"|, (?:and|which|whose|where|as|with) |,? which | and, | and,? (?=(?:[\w,]+ ){0,4}there )"
    r"|(?<=[a-z])\.(?=[a-z]{3})"
)
"""Where something else begins to be said."""
_ADVERB = re.compile(
    r"\A\s*(?:(?:\w+ly|however|moreover|furthermore|thus|also|in addition),? |even )*"
)
_CONTRASTED = re.compile(r", (?:although|whereas|while|when|where|because|since) ")
_CLAUSE = re.compile(r"\bthat\b|, and |[;:] |\b(?:whereas|while|although|but|because)\b")
_GOES_ON = re.compile(
    r"\s*(?:.* (?:and|but|nor|or|yet) )?"
    rf"(?:(?:{_AUX}|{CONTRACTED}t|n|it|they|there|(?:this|these)(?: \w+)?|in|on|at|by|for|to|with"
    r"|of|those|that|also|still|then|thus|however|yet|seen|found|\w+ly)\b[ ,]*){0,12}"
)
"""Behind a turn and before the denial: a further verb of the same subject, or of none."""
_THROWN_IN = re.compile(
    rf", (?:if|though|although|albeit|as|when)\b[^,{MENTION}]*, (?={_AUX}\b|\Z)"
)
_ANOTHER_SUBJECT = re.compile(r" and (?:the|an?|this|its|their|all|other) ")
_FRONTED = re.compile(
    r"(?!in (?:contrast|comparison|addition|support|agreement))"
    r"(?:in|on|with|under|after|during|following|for|among|by|upon|despite|as|when|while|although"
    r"|at|of|whereas|once|from|given)\b"
)
_FRONT_ENDS = re.compile(r"[^,]*,(?: [a-z]+){0,2} ")

_FINDERS = re.compile(
    r"\b(?:we|i|there|it|one|nobody|none|no|neither|nothing|nowhere|authors?|investigators?"
    r"|stud(?:y|ies)|data|results?|findings?|evidence|analys[ei]s|meta-analys[ei]s|trials?|reports?"
    r"|literature|experiments?|observations?|surveys?|reviews?|researchers?|cohorts?|cases?|they"
    r"|tests?|testing|assays?|examination|regression|comparison|screening|sequencing|co-?(?:immuno|precip)\w+"
    r"|patients?|subjects?|animals?|humans?|people|volunteers?|participants?|individuals?|carriers?"
    r"|(?:wo)?m[ae]n|boys?|girls?|adults?|adolescents?|child(?:ren)?|infants?|mice|mouse|rats?|dogs?"
    r"|rabbits?|monkeys?|controls?|users?|famil(?:y|ies)|who|those)\b"
)
"""Subjects that find a thing, or have it, and do nothing to it."""
_NOBODY = re.compile(
    r"none|nobody|no one|no-one|not one|no (?:stud|trial|report|patient|author|group)|any"
)
_THERE_IS = re.compile(r"\bthere (?:is|was|were|are)\Z|we \w+\Z")
_HAS = re.compile(r"\b(?:ha[sd]|have|show\w*|exert\w*|exhibit\w*|produc\w*)\Z")
_FINDING = re.compile(
    r"\b(?:show|found|find|confirm|support|demonstrat|prov|detect|observ|see|seen|saw|believ|reveal"
    r"|indicat|suggest|establish|replicat|reproduc|identif|note|associat|correlat|relat|link|connect"
    r"|report|record|develop|experienc|occur|exist|receiv|given|taking|took|treat|use|is\b|are\b|was\b"
    r"|were\b|be\b|been\b|has\b|have\b|had\b|did\b|does\b|do\b|could\b|can\b|may\b|might\b|due|expos"
    r"|attribut|obtain|conclud|true|the case|exert|benefi|respon|improv|recover|tolerat|differ"
    r"|relaps|resolv|suffer|recommend|claim|argu|known|come|came|so\b|appear|seem|lead|led\b|cause|convinc"
    r"|implicat|imput|blam|tie|recogni|mention|speak|spok|point|advis|advocat|bear|meet|hold|encounter"
    r"|licen[sc]|approv)\w*"
)
"""What finders do, and what is said of those who have a thing."""
_DONE = re.compile(rf"\s*(?:{_AUX} )?(?:\w+ly )?(?P<verb>[a-z]+)")
_HEAD = 8
"""So many words the head of a subject is among."""
_NO_VERB = re.compile(r"an?|the|of|in|on|any|one|at|to|even|able|for|with|under|by")

_TIES = (
    r"associations?|correlations?|relation(?:ship)?s?|links?|linkage|connections?|interactions?"
    r"|effects?|influences?|impact|roles?|involvement|contributions?|causality|contact|evidence"
    r"|cause|binding|inhibition|activation|affinity|efficacy|response|risks?|protection|action"
    r"|bearing|signals?"
)
_TIE = re.compile(rf"\b(?:{_TIES}|induction)\b")
_RELATION = re.compile(
    rf"\b(?:{_TIES}|participation|proof|indication|support|signs?|hint|reason|activity|changes?"
    r"|increases?|decreases?|reductions?|improvement|benefits?|differences?|cases?|expression"
    r"|responsiveness|use|dependence|segregation|hopes|heterodimeri[sz]ation|view|notion|belief"
    r"|idea|claim)\b"
)
_EVENT = re.compile(
    r"\b(?:cases?|instances?|episodes?|signs?|symptoms?|traces?|risks?|incidence|rates?|patients?"
    r"|users?|who|recurrence|development|occurrence|evidence|carriers?|excess|one|members?"
    r"|stud(?:y|ies)|children|mice|rats|women|men|subjects|animals|number|dose|cause|mutations?|variants?"
    r"|amplifications?|deletions?|co-\w+)\b"
)
_PROPERTY = re.compile(r" (?:[\w-]+ ){1,3}of ")
_OF_USE = re.compile(
    r"activit|effect|benefit|consequence|success|avail|efficacy|affinity|site|response|influence"
    r"|impact|\buse\b|value"
)
_SETTLED = re.compile(
    r"\b(?:that|view|notion|belief|idea|hopes?|left|leaves?|leaving|affinity|trial|treat\w*|therap\w*"
    r"|use|using|administ\w*|give[ns]?|giving|add\w*)\b"
)
_TREATED = re.compile(r"\b(?:treat|therap|patients?)")
_LEFT = re.compile(r"left|leav")

_COMES_ABOUT = re.compile(
    r"\b(?:observ|seen|detect|found|not(?:ed|iced)\b|record|confirm|demonstrat|shown|establish|support"
    r"|apparent|evident|significan(?!tly)|replicat|reproduc|prove|substantiat|true\b|present\b|occur"
    r"|develop|exist|appear(?!s? to)|identif|encounter|report|correct|differ|tenable|held|the case"
    r"|emerge|verif|absen|lacking"
    r"|ruled out|exclu|disprov|refut|reject|unlikely|negligible|unfounded"
    r"|correlat|take place|associat|relat|link|lost|nil|none|zero|null|work|help|effective|benefi"
    r"|materiali|ensue|fulfil|borne|met\b|survive|hold|vanish|disappear|respon|improve|abate|resolve"
    r"|unity|distinguish|unchanged|unaltered|unaffected|untouched|intact|without|useless|avail|dud"
    r"|placebo|express|exceed|equal|only|negative|disappoint|fruitless|hopeless|failed|myth|mistaken"
    r"|basis|wrong|absurd|common|obstacle)"
)
"""That a thing came about, was found, held or helped: denied of two, it is denied of their tie."""
_EFFECT = re.compile(
    r"\b(?:chang|affect|alter|modif|influenc|increas|reduc|decreas|induc|prevent|block|inhibit"
    r"|effects?\b|impact|rescu|result in|impair|modulat|mediat|disrupt|enhanc|depend|attenuat"
    r"|abolish)\w*"
)
_AGENT = re.compile(
    r"\b(?:ha[sd]|have|did|does|fail\w*|could|can|without)\b|unable|ineffect|inactiv"
)
_HAVE_IN_COMMON = re.compile(r"without|failed")
"""Words of denials of anything."""
_NOTHING_MORE = re.compile(
    r"(?: (?:have|show|exert|produce|cause|do|be))?(?: (?:an?|any|such|this))?"
    r"(?: (?!on\b|to\b)[\w-]+){0,2}(?=[.,;]|\Z| on (?:the )?"
    rf"{_NAME}| (?:in|at|by|for|under|during|after|with|either|when|even|or|upon|against|over|until"
    r"|and)\b)"
)
"""Behind a denial: it has no object of its own ("whereas A had no effect")."""
_PASSED = re.compile(r"disappear|vanish|lost")
_SINCE = re.compile(r" (?:with|by|upon|on|in)\b")
_AS_MUCH = re.compile(r" ?(?:just|as|no more|no \w+er) ")
_SECOND_VERB = re.compile(r" (?:and|but)(?: \w+ly)? \Z")

_WORD = r"(?: (?!(?:with|of|on|in|by|for|to|from|and|or|nor)\b)[\w-]+)"
_LISTED = re.compile(
    rf"{_WORD}{{0,3}}(?:,? {_NAME}{_WORD}{{0,2}})*,? (?:and|or|nor|as well as|and/or)"
    rf"(?:{_WORD}{{0,2}} (?:of|by))?(?: (?:the|in|to|by|of|with|for))*{_WORD}{{0,2}} ?"
    rf"(?:{_NAME}{_WORD}{{0,2}}(?:,? (?:and|or|nor) |, ))*"
)
_MUTUAL = re.compile(
    r"correlat|associat|relat|interact|link|bind|bound|differ|connect|complex|together|each other"
    r"|one another|independent|in common|contact|coincid"
    r"|\bco-\w|\bco(?:precip|locali|express|segreg|immuno|occur|exist)"
)
_OF_BOTH = re.compile(
    r"\b(?:between|associations?|correlations?|relation(?:ship)?s?|links?|interactions?|dependence)"
    rf"\b(?: [\w{MENTION},-]+){{0,8}} \Z"
)

_HOW = re.compile(
    r"(?:despite|in spite of|as much|insufficient|inadequate|inappropriate|tolerated|inactive"
    r"|non-?essential|(?:show|ha[sd]|have|display|exhibit)\w* (?:\w+ )?normal)\Z"
)
"""Words that mostly tell how a thing was, and not that it was not."""
_NOT_ALONE = re.compile(r"(?:\w+ )?not (?:the |an? )?(?:only|sole)\b")
_OF_OTHERS = re.compile(
    r"(?:none|no|not)(?: of)?(?: the)? (?:controls?|others?|remaining|rest|placebo|untreated)\b"
)
_NOUN_FOLLOWS = re.compile(
    rf" (?!(?:in|for|on|at|with|after|during|and|or|by|when|as|to|from|under)\b)[\w{MENTION}]"
)
_DESPITE = re.compile(r"despite|in spite")
_WENT_ON = re.compile(r"\b(?:persist|remain|progress|continu|worsen|unchanged|course)")
_SAID_OF_IT = re.compile(
    r"\b(?:is|are|was|were|be|been|prove\w*|remain\w*|found|seem\w*|appear\w*|considered)"
    r"(?: (?!an?\b|the\b)\w+)? \Z"
)
_BY_THE_WAY = re.compile(r"inborn errors?\Z|with or without|, (?=irrespective|regardless)")
_UNTOLD = re.compile(
    r"(?:has|have|had) (?:not|never),?(?: yet| however)?,? been (?:\w+ly )?"
    r"(?:report|describ|stud|investigat|evaluat|address|document|characteri)"
    r"|(?:is|are|was|were|remains?) not (?:\w+ ){0,2}"
    r"(?:defined|understood|known|clear|elucidated|studied|investigated|determined)\b"
    r"|no (?:\w+ ){0,2}(?:published|reported|described|documented) (?:cases?|reports?)"
)
_ALIKE = re.compile(
    r"\b(?:differen\w*|differ\w*|similar|comparable|identical|equal|same|alike|indistinguishable)\b"
)
_TO_COMPARE_WITH = re.compile(
    r"\b(?:controls?|placebo|untreated|vehicle|sham|healthy|saline|without|non-?\w+|comparators?"
    r"|unexposed|wild[- ]types?|littermates|baseline|background|general population|those)\b"
    rf"|\bwhether\b[^{MENTION}]*{MENTION}"
)
_NO_DIFFERENCE = re.compile(r"no (?:(?:significant|further|clear|major|\w+ly) )*difference")
_MAKES = re.compile(r"\b(?:makes?|made|making) \Z")
_COMPARED_ENDS = re.compile(r", (?:while|whereas|but|although)|; ")
_EXPOSED = re.compile(r"treated|given|exposed")
_PLACE = re.compile(
    r"\b(?:(?<!\bby )(?<!\bby the )presence of(?: the)?"
    r"|(?:normal|control|healthy|wild[- ]type|standard) (?:\S+ )?and(?: in)?(?: the)?"
    r"(?: \w+ model of)?) \Z"
)

_KIND = (
    r"(?:ant)?agonists?|inhibitors?|blockers?|activators?|ligands?|substrates?|modulators?|inducers?"
    r"|analog(?:ue)?s?|depletors?|depleters?|precursors?|releasers?|scavengers?|donors?|chelators?"
    r"|derivatives?|metabolites?"
)
_SMALL = re.compile(
    r"(?:(?:the|an?|that|those|their|in|of|with|for|to|on|by|patients|given|taking|treated|after"
    rf"|under) )*(?:(?:[\w-]+ |{_NAME} ){{1,2}}(?:{_KIND}),? |(?:{_NAME}(?:, | and | or ))+)?"
)
"""All that may stand before a name that is the subject of its clause."""
_NAMED_KIND = re.compile(
    rf"(?: receptors?)?(?: \w+)? (?:{_KIND}),?(?: such as| like| including)? \(?"
)
_KIND_IN_BRACKETS = re.compile(rf"(?: receptors?)? (?:{_KIND})\b[^()]*\)")
_OF_A_KIND = re.compile(rf"(?: receptors?)? (?:{_KIND}),? {_NAME}")
_KIND_OF = re.compile(rf"\b(?:{_KIND}) (?:of|for|at) (?:the )?\Z")
_DEFICIENT = re.compile(r"[- ]?(?:deficien|null|knock-?out|ko\b|deplet|delet|silenc|\(?-/-)")
_MUTANT = re.compile(r"\b(?:deficient|null|knock-?outs?|lacking|mutants?)\b|-/-")
_DEVELOPS = re.compile(r" (?:develop|show|exhibit|display|have|had|present)\w*")
"""What mice that lack a gene do not do is what the gene has a part in."""
_LACKING = re.compile(
    r"\b(?:lacking|deficient|deleted|knock-?outs?|null|without|devoid of)\b|[-(][-–/][-)]"
)
_PEOPLE = re.compile(
    r"\b(?:populations?|patients?|mice|rats|people|subjects|individuals|animals|children|women|men"
    r"|cells)(?: that were| who were)? \Z"
)
_MEASURE = re.compile(
    r"(?: \w+){0,2} (?:levels?|concentrations?|expression|activity|contents?|values?|titers?)\b"
)

_WITHIN = re.compile(r"\b(?:in|after|during|before|with|by|at|from|following|under|on|for|to)\b")
_ELSEWHERE = re.compile(
    rf",|\b(?:in|after|during|before|for|at|by|from|following|under) |\band (?!{_NAME})"
)
_FIRST_PLACE = re.compile(
    r"\A (?:\w+ )??(?:in|by|to|with|on|for|at|from|against)\b"
    r"(?: (?:those|patients) (?:on|with|given))?"
)
_OBJECT = re.compile(
    rf"(?<!than )(?<!over )(?<!{MENTION}){_NAME}(?:[ -][\w-]+){{0,4}}"
    r" (?<!induced )(?<!produced )(?<!caused )(?<!evoked )(?<!elicited )(?<!invoked )"
    r"(?:in|by|from|during|after|following|through|via|with|for|to|on)\b"
)
"""Another thing that is acted on: what comes behind it is where, when or how."""
_MADE_OF = re.compile(
    r"[-–](?:induced|mediated|associated|related|evoked|elicited|dependent)(?: (?!by\b)[\w-]+)+ "
)
"""As in "A-induced pain did not …": of the pain it is said."""
_SENSITIVITY = re.compile(
    r"sensitiv|respon|suscept|affinity|(?:treatment|exposure|incubation|stimulation) of"
)
_AFTERWARDS = re.compile(r" (?:after|during|following|before) (?:\w+ ){0,2}\Z")
_GOES_ALONG = re.compile(r" (?:\w+ly )?(?:accompan|followed)")
_EXCEPT = re.compile(r"except|other than")
_ALL = re.compile(r"\b(?:all|every|each|any|both|most|no|only)\b")
_INSTEAD = re.compile(r"rather than|instead of")
_BROUGHT = re.compile(
    r"\b(?:due|caus|attribut|trac|arose|result|account|driv|determin|induc|owing|because|found)"
)
_NOMINAL = re.compile(r"failure|inability")
_SHOWS = re.compile(
    r"(?:\b(?:show|exhibit|display|ha[sd]|have|reveal|demonstrat)\w*(?: an?| the)?|:) \Z"
)
_PEOPLE_WITH = re.compile(
    r"\b(?:patients?|subjects?|people|individuals?|children|women|men) with \Z"
)
_BEHIND_FRONT = re.compile(r"\)?,|[^,]*, (?:[\w-]+ )*" + MENTION)
_FEW = 6
_PREPOSITION = re.compile(r"(?:in contrast|in comparison|unlike|compared)\b|" + _FRONTED.pattern)
_INEFFECTIVE = re.compile(
    r"ineffect|inactiv|useless|avail|futile|disappoint|fail|fruitless|unhelpful"
)
_TURNED_BACK = re.compile(r",? (?:and|but) .{0,40}")
_IN_RELATIVE = re.compile(r", (?:which|who|whose) [^,]*\Z")
_RELATIVE = re.compile(r"\b(?:who|whose|which)\b(?! \Z)|whose \Z")
_WHICH_IS = re.compile(r"\bwhich (?:is|are|was|were|has|have) [^,]*\Z")
_UPON_IT = re.compile(r" (?:on|to|with|for) (?:the |an? )?")
_UPON = re.compile(rf"{_NAME}.*\b(?:on|upon)\b")
_LITTLE = re.compile(rf"{_NAME}|\b(?:the|an?|any|of|in|with|on|by|to|for|those|and|or|nor)\b|[,()]")
_CAME_WITH = re.compile(r"(?: was| were)? (?:after|in|with|on|under|during|among|from|by|noted)\b")
_BY_NAME = re.compile(rf" by (?:the )?{_NAME}")
_MEANS = re.compile(r"\b(?:suggest|indicat|mean|caus|lead|led|explain|show)\w*")
_DID, _DOES = re.compile(r"\b\w{3,}ed\b"), re.compile(r"\b\w{3,}[^s]s\b")


def denies(around: Scope, denial: Span) -> bool:
    """Whether what is denied is what the two have to do with each other."""
    if _tells_how(around, denial) or _compares(around, denial) or _modifies(around, denial):
        return False
    if _side_by_side(around, denial):
        return False
    if denial.start >= around.second.end:
        return _behind(around, denial)
    if denial.end <= around.first.start:
        return _before(around, denial)
    return _between(around, denial)


def _tells_how(around: Scope, denial: Span) -> bool:
    """Whether the words tell how or where it was, or that it was not looked at."""
    text, cue = around.text, denial.of(around.text).strip()
    before = text[: denial.start]
    if _PLACE.search(text[: around.second.start]) or _UNTOLD.match(text, denial.start):
        return True
    if _BY_THE_WAY.search(before + cue) or (cue.endswith("not") and _PEOPLE.search(before)):
        return True
    if _NOT_ALONE.match(text, denial.start) or _OF_OTHERS.match(text, denial.start):
        return True
    if cue.endswith("normal") and _NOUN_FOLLOWS.match(text, denial.end):
        return True
    if cue.endswith("failure") and text.startswith(" of ", denial.end):
        return True
    if _DESPITE.search(cue):
        return _WENT_ON.search(before + cue) is None
    return _HOW.search(cue) is not None and _SAID_OF_IT.search(before) is None


def _compares(around: Scope, denial: Span) -> bool:
    """Whether groups or measures are said to be alike, and none of them is one to compare with."""
    text, end = around.text, around.second.end
    none = _NO_DIFFERENCE.match(text, denial.start) and not _MAKES.search(text[: denial.start])
    if not none and _ALIKE.search(denial.of(text)) is None:
        return False
    turn = _COMPARED_ENDS.search(text, end)
    clause = text[around.clause.start : turn.start() if turn else len(text)]
    exposed = _EXPOSED.search(text, end) is not None and "between" not in text
    return not exposed and _TO_COMPARE_WITH.search(clause) is None


def _modifies(around: Scope, denial: Span) -> bool:
    """Whether one of the two tells only what kind of thing a third, or the other, is."""
    text, first, second = around.text, around.first, around.second
    between = text[first.end : second.start]
    if _DEFICIENT.match(text, first.end) and _DEVELOPS.match(text, denial.end):
        return True
    if between == " (" or _NAMED_KIND.fullmatch(between) or _DEFICIENT.match(text, second.end):
        return True
    if denial.start < second.start and _EXCEPT.search(denial.of(text)):
        if around.compound:
            return True
        return _NAMED_KIND.fullmatch(text, first.end, denial.start) is not None
    if denial.start > first.end and _KIND_IN_BRACKETS.match(text, first.end):
        return True
    if denial.start > first.end and _KIND_OF.search(text[: first.start]):
        return True
    kinds = (_OF_A_KIND.match(text, end.end) for end in (first, second))
    return any(kind and kind.end() != second.end for kind in kinds)


def _side_by_side(around: Scope, denial: Span) -> bool:
    """Whether the two are names of one list, of which something is denied."""
    text, cue = around.text, denial.of(around.text)
    between = Span(around.first.end, around.second.start)
    if denial in between and "nor" not in cue:
        return between.of(text).rstrip().endswith("but not") and len(between.of(text).split()) <= 3
    if between.of(text) == ", and " and has_verb(text[: around.first.start]):
        return False
    if cue.strip() == "neither" and " nor " in between.of(text) and not has_verb(between.of(text)):
        return not _mutual(around)
    if not _in_list(between.of(text)) or _OF_BOTH.search(text[: around.first.start]):
        return False
    return not _mutual(around)


def _in_list(between: str) -> bool:
    return not ("neither" in between or has_verb(between)) and bool(_LISTED.fullmatch(between))


def _mutual(around: Scope) -> bool:
    """Whether what is said behind the two is said of what they are to each other."""
    said = around.text[around.second.end : around.second.end + 60].partition(MENTION)[0]
    return _MUTUAL.search(said) is not None


def _between(around: Scope, denial: Span) -> bool:
    text, first, second = around.text, around.first, around.second
    said, denied = text[first.end : denial.start], text[denial.end : second.start]
    cue, lead = denial.of(text), _own(text[: first.start])
    if _EXCEPT.search(cue) and _ALL.search(text[: denial.start]) is None:
        return False
    if _INSTEAD.search(cue):
        return _BROUGHT.search(said) is not None and len(denied.split()) <= 2
    if not _is_subject(text, lead, said, cue, denied) or _turns_away(around, denial, said, denied):
        return False
    if _LACK.match(cue) and _lacks_else(said, cue, denied):
        return False
    if _MADE_OF.match(said) and " by " not in denied and not cue.startswith("un"):
        return False
    if said.endswith("but ") or cue.startswith("but"):
        return _WITHIN.search(_FIRST_PLACE.sub("", denied, count=1)) is None
    if _AFTERWARDS.search(denied) and (_GOES_ALONG.match(denied) or _EFFECT.match(denied.strip())):
        return False
    return _SENSITIVITY.search(denied) is not None or _OBJECT.search(denied) is None


def _lacks_else(said: str, cue: str, denied: str) -> bool:
    """Whether what is lacking is not the second name, nor what the first does with it."""
    if _ITS_CAUSE.search(said) or (cue.startswith("without") and _PEOPLE.search(said)):
        return True
    if _LACK_OF.match(cue):
        return _RELATION.search(cue + denied) is None
    return not _OF_USE.search(cue + denied) and _ELSEWHERE.search(denied) is not None


def _is_subject(text: str, lead: str, said: str, cue: str, denied: str) -> bool:
    """Whether the denied thing is said of the first name."""
    turns = [turn for turn in _TURN.finditer(said) if not _is_comma_of_list(said, turn)]
    if turns and not _GOES_ON.fullmatch(said, turns[-1].end()):
        return False
    joined = turns or cue.startswith(("without", "but")) or said.endswith(" and ")
    if joined and _is_object(lead):
        return False
    fronted = "," not in lead and _PREPOSITION.match(text) is not None
    if fronted and MENTION in said and _BEHIND_FRONT.match(said):
        return False
    if _NOMINAL.match(cue) and _SHOWS.search(said) is None:
        return False
    if cue.startswith("no") and _PEOPLE_WITH.search(said):
        return False
    if cue.startswith("no") and said.endswith(", ") and len(denied.split()) > _FEW:
        return False
    return not ("," in said and _IN_RELATIVE.search(lead))


def _is_comma_of_list(said: str, turn: re.Match[str]) -> bool:
    return turn[0] == ", and " and not has_verb(said[: turn.start()])


def _turns_away(around: Scope, denial: Span, said: str, denied: str) -> bool:
    """Whether something else has begun to be said before the second name."""
    whole = Span(around.place(denial).end, around.place(around.second).start)
    if _CONTRASTED.search(whole.of(around.sentence)):
        return True
    turn = _TURN.search(denied)
    if turn is None:
        return False
    if len(said.split()) > 3 or _INEFFECTIVE.search(around.text[denial.start : denial.end]) is None:
        return True
    return _TURNED_BACK.fullmatch(denied, turn.start()) is None


def _own(lead: str) -> str:
    """What stands before a name in a clause of its own."""
    return _ADVERB.sub("", _CLAUSE.split(lead)[-1])


def _is_object(lead: str) -> bool:
    """Whether a name behind these words is acted on: the verb of somebody else is among them."""
    verb = first_verb(lead)
    subject = lead[: verb.end].split()[:_HEAD] if verb else ()
    return verb is not None and _FINDERS.search(" ".join(subject)) is None


def _before(around: Scope, denial: Span) -> bool:
    text, cue = around.text, denial.of(around.text)
    lead = _own(text[: denial.start]).strip()
    gap = text[denial.end : max(denial.end, around.listed)]
    between = text[around.first.end : around.second.start]
    if _of_another(around, lead, cue, gap) or _acts_elsewhere(between):
        return False
    if gap.strip() in {"and", "but"} and not _NOBODY.match(cue):
        return False
    if _near(cue, gap):
        if _RELATION.search(cue) and lead and _UPON_IT.fullmatch(gap):
            return _THERE_IS.search(lead) is not None
        if _LACK.search(cue) and not _RELATION.search(cue):
            return bool(
                _TIE.search(between) or (_CAME_WITH.match(between) and not _MEANS.search(between))
            )
        return True
    return _from_afar(lead, cue, gap.rpartition(" that ")[2])


def _of_another(around: Scope, lead: str, cue: str, gap: str) -> bool:
    """Whether a lack of something, its difference, or one of its properties is told."""
    if _LACKING.search(lead) or (_ACTING_ON_LINKS.match(cue) and MENTION in lead):
        return True
    if "difference" in gap and _TO_COMPARE_WITH.search(around.text, around.first.end) is None:
        return True
    named = _EVENT.search(gap) or _RELATION.search(gap)
    return cue.rstrip().endswith(("no", "any")) and not named and bool(_PROPERTY.match(gap))


def _acts_elsewhere(between: str) -> bool:
    """Whether what the first did it did to a third thing, and the second tells when or where."""
    done = [*_DID.finditer(between)][-1:] or [*_DOES.finditer(between)][:1]
    return bool(done) and _OBJECT.search(between, done[0].end()) is not None


def _near(cue: str, gap: str) -> bool:
    """Whether the first name is itself what is denied, small words and adjectives apart."""
    bare = _LITTLE.sub("", gap).strip()
    if not bare:
        return True
    if _VERBAL.search(cue) or " on " in gap or len(bare.split()) > 2:
        return False
    event = (" of " not in gap and " in " not in gap) or _EVENT.search(gap + cue)
    return bool(event) and not has_verb(bare) and not _RELATION.search(bare)


def _from_afar(lead: str, cue: str, gap: str) -> bool:
    """Whether those who find a thing do not find, or there is no tie of the two, some words on."""
    if MENTION in gap or _TURN.search(gap) or has_verb(_FINDING.sub("", gap)):
        return False
    done = _DONE.match(gap) if _VERBAL.search(cue) else None
    if done and not (_FINDING.match(done["verb"]) or _NO_VERB.fullmatch(done["verb"])):
        return False
    if not lead or _FINDERS.search(lead) or _NOBODY.match(cue):
        return not (_LACK.search(cue) and _WITHIN.search(gap))
    if _VERBAL.search(cue) or _HAS.search(lead) or MENTION in lead:
        return False
    told = cue + gap
    relation = _RELATION.search(told)
    return relation is not None and not told.startswith(" on ", relation.end())


def _behind(around: Scope, denial: Span) -> bool:
    text, first, second = around.text, around.first, around.second
    said, gap = text[first.end : second.start], text[second.end : denial.start]
    lead, cue, rest = _own(text[: first.start]).strip(), denial.of(text), text[denial.end :]
    if _is_aside(lead, said, gap) or _has_more(cue, gap, rest):
        return False
    whole = around.compound or re.search(r"\bthat\b[^,]*\Z", text[: first.start])
    if _AS_MUCH.match(cue) or (whole and not _EFFECT.search(cue + rest[:20])):
        return True
    turns = [*_TURN.finditer(said)]
    if turns and not _SMALL.fullmatch(said, turns[-1].end()):
        return False
    if turns or (_FRONTED.match(lead) and _FRONT_ENDS.fullmatch(said)):
        told = text[second.end : denial.end]
        alone = not has_verb(_AUXILIARY.sub("", gap)) and (", and " in gap or "," not in gap)
        return alone and _of_second(lead, said, told, rest, bool(turns))
    if _LISTED.fullmatch(said) and _mutual(around):
        return True
    if _EFFECT.search(cue + rest[:35].partition(",")[0]) and not _LEFT.search(said):
        if around.compound:
            return False
        return _TREATED.search(lead + said) is not None
    told = f"{lead} {said}"
    came = _COMES_ABOUT.search(cue + re.split("[,;]", rest[:30])[0])
    return bool(came or _SETTLED.search(told) or _TIE.search(told))


def _has_more(cue: str, gap: str, rest: str) -> bool:
    """Whether the denial is of a third thing behind it, or of some case alone."""
    if _MUTANT.search(rest.partition(",")[0]) or _BY_NAME.match(rest):
        return True
    if _LACK.match(cue) and not _AUXILIARY.search(gap):
        return True
    return bool(_PASSED.search(cue) and _SINCE.match(rest))


def _is_aside(lead: str, said: str, gap: str) -> bool:
    """Whether the two stand in another clause than the denial, or are what a third acts upon."""
    gap = _THROWN_IN.sub(" ", gap)
    turns = [*_TURN.finditer(gap)]
    if turns and not _GOES_ON.fullmatch(gap, turns[-1].end()):
        return True
    if _ANOTHER_SUBJECT.search(gap) or (_SECOND_VERB.search(gap) and has_verb(said)):
        return True
    return bool(_RELATIVE.search(said) or _WHICH_IS.search(lead) or _UPON.search(lead))


def _of_second(lead: str, said: str, told: str, rest: str, turned: bool) -> bool:
    """Whether what is denied of the second is what was said, or would be, of the first.

    ``told`` is the denial with what leads to it. "GC cured A, whereas B had no effect" denies it;
    "A was given, whereas B did not cause C", "A rose, whereas B levels were normal" do not.
    """
    agent = _AGENT.search(told) is not None
    came = _HAVE_IN_COMMON.sub("", told) + rest[:4]
    if agent and not (_COMES_ABOUT.match(rest.strip()) or _COMES_ABOUT.search(came)):
        more = _NOTHING_MORE.match(rest) is None
        if more or (turned and not has_verb(lead)):
            return False
    return not (turned and _MEASURE.match(said))
