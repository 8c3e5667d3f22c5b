//! The definition against recorded facts about the API.
//!
//! The facts are not part of the repository. Where they are not beside its checkout, the comparison is skipped.

mod account;
mod definition;
mod mistakes;
mod recorded;
mod recorded_file;

use decthings_codegen::Source;
use decthings_codegen::ir::Api;
use decthings_tests::repository;

use account::Account;

const DEFINITION: &str = "schema/decthings.json";
const FACTS: &str = "../shared/api/api-facts.json";
const WEIGHTS: &str = "schema/weights.json";
const FACTS_OF_WEIGHTS: &str = "../shared/api/weights/api-facts.json";
const HINTS: &str = "../shared/api/number-hints.json";

const NO_STATE_YET: &str = "a model that is being created has no state; one such model must not spoil a list";
const PLURAL: &str = "the name is plural, and everything like it is a list";
const END_WITHOUT_REASON: &str = "a reader must learn of the end even if the reason is missing";
const SAME_LIFE_CYCLE: &str = "other places have the same life cycle with this stage";
const USUAL_CODE: &str = "every other place has this code in place of invalid_executable";
const RANGE_UNKNOWN: &str = "unit and range are unknown, and the client that the hint is from cannot make the call";
const NEWER_KEY: &str = "the other official client was corrected to this key; both are read";
const NO_UINT16: &str = "the format has no uint16";

/// Deliberate differences from the facts, each with its reason.
const DEVIATIONS: &[(&str, &str)] = &[
    ("Debug event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Language event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Spawned event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Terminal event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Debug.getTrainingStatus result.status<starting>: only here", SAME_LIFE_CYCLE),
    ("Debug.launchDebugSession error invalid_executable_file: only here", USUAL_CODE),
    ("Model.getModels result.models.activeState: required in the facts, optional here", NO_STATE_YET),
    ("Organization.assignRoles params.members: object in the facts, list of object here", PLURAL),
    (
        "Organization.getOrganizations result.organizations.pendingInvites: object in the facts, list of object here",
        PLURAL,
    ),
    ("PersistentLauncher.getSysinfo result.sysinfo.disk: uint32 in the facts, double here", RANGE_UNKNOWN),
    ("PersistentLauncher.getSysinfo result.sysinfo.memory: uint32 in the facts, double here", RANGE_UNKNOWN),
    ("Terminal.launchTerminalSession params.options.cols: uint16 in the facts, uint32 here", NO_UINT16),
    ("Terminal.launchTerminalSession params.options.rows: uint16 in the facts, uint32 here", NO_UINT16),
    ("Terminal.resizeTerminalSession params.size.cols: uint16 in the facts, uint32 here", NO_UINT16),
    ("Terminal.resizeTerminalSession params.size.rows: uint16 in the facts, uint32 here", NO_UINT16),
];

/// Widths of numbers without a hint, by the end of the place. The first match applies.
const CHOSEN_WIDTHS: &[(&str, &str)] = &[
    ("rules.shape", "int64"),
    ("Model.getTrainingSysinfo params.fromTimestamp", "int64"),
    ("Model.getTrainingSysinfo result.sysinfo.timestamp", "int64"),
    ("Model.getTrainingSysinfo result.sysinfo.cpus", "float"),
    ("Model.getTrainingSysinfo result.sysinfo.memory", "double"),
    ("Model.getTrainingSysinfo result.sysinfo.disk", "double"),
    ("Organization.getOrganizations params.offset", "uint32"),
    ("Organization.getOrganizations params.limit", "uint32"),
    ("Organization.getOrganizations result.offset", "uint32"),
    ("Organization.getOrganizations result.limit", "uint32"),
    ("Organization.getOrganizations result.total", "uint32"),
    ("Organization.getOrganizations result.organizations.createdAt", "int64"),
    ("User.getNotifications result.notifications.timestamp", "int64"),
    ("User.getBillingStats params.billingCycle.year", "uint32"),
    ("User.getBillingStats result.year", "uint32"),
    ("User.getBillingStats result.perDay.day", "uint32"),
    ("User.estimateAmountDue result.amount", "double"),
    (".amount", "uint64"),
    (".bytes", "uint64"),
    (".cost", "double"),
    ("Cost", "double"),
    ("Minutes", "double"),
    ("User.getQuotas result.quotas.limit", "double"),
    ("User.getQuotas result.quotas.used", "double"),
    ("User.getQuotas result.quotas.history.maxUsed", "double"),
    ("User.getQuotas result.quotas.history.hourTimestamp", "int64"),
];

/// The same for the revision with weights.
const DEVIATIONS_OF_WEIGHTS: &[(&str, &str)] = &[
    ("Debug event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Language event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Spawned event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Terminal event exit params.reason: required in the facts, optional here", END_WITHOUT_REASON),
    ("Debug.getTrainingStatus result.status<starting>: only here", SAME_LIFE_CYCLE),
    ("Debug.launchDebugSession error invalid_executable_file: only here", USUAL_CODE),
    ("Organization.assignRoles params.members: object in the facts, list of object here", PLURAL),
    (
        "Organization.getOrganizations result.organizations.pendingInvites: object in the facts, list of object here",
        PLURAL,
    ),
    (
        "Model.getWeights response blob data: names at stateKeyNames in the facts, names at weightKeyNames here",
        NEWER_KEY,
    ),
    ("Model.getWeights response change remove stateKeyNames: only in the facts", NEWER_KEY),
    ("Model.getWeights response change remove weightKeyNames: only here", NEWER_KEY),
];

fn facts() -> Option<Account> {
    if !repository(FACTS).exists() {
        println!("skipped: there is no {FACTS}");
        return None;
    }
    let facts = std::fs::read_to_string(repository(FACTS)).unwrap();
    let hints = std::fs::read_to_string(repository(HINTS)).unwrap();
    let (account, unused) = recorded::account(&facts, &hints, CHOSEN_WIDTHS);
    assert!(unused.is_empty(), "no number without a hint ends like these: {unused:?}");
    Some(account)
}

fn load(text: &str) -> Api {
    decthings_codegen::load(&Source::new(DEFINITION, text)).unwrap_or_else(|report| panic!("{report}"))
}

fn definition() -> String {
    std::fs::read_to_string(repository(DEFINITION)).unwrap()
}

/// Differences that are not listed, and listed deviations that no longer exist.
fn surprises(facts: &Account, api: &Api) -> Vec<String> {
    unexpected(Account::differences(facts, &definition::account(api)), DEVIATIONS)
}

/// Differences that are not among the deviations, and deviations that are not among the differences.
fn unexpected(differences: Vec<String>, deviations: &[(&str, &str)]) -> Vec<String> {
    let listed = |line: &String| deviations.iter().any(|(deviation, _)| deviation == line);
    let unlisted = differences.iter().filter(|line| !listed(line)).cloned();
    let gone = deviations.iter().filter(|(deviation, _)| !differences.iter().any(|line| line == deviation));
    unlisted.chain(gone.map(|(deviation, _)| format!("no deviation any more: {deviation}"))).collect()
}

#[test]
fn the_definition_matches_the_recorded_facts() {
    let Some(facts) = facts() else { return };
    let surprises = surprises(&facts, &load(&definition()));
    assert!(surprises.is_empty(), "{} differences:\n{}", surprises.len(), surprises.join("\n"));
}

/// Without the widths of numbers, of which there are no hints for this revision.
#[test]
fn the_definition_with_weights_matches_the_recorded_facts() {
    if !repository(FACTS_OF_WEIGHTS).exists() {
        println!("skipped: there is no {FACTS_OF_WEIGHTS}");
        return;
    }
    let facts = std::fs::read_to_string(repository(FACTS_OF_WEIGHTS)).unwrap();
    let (facts, _) = recorded::account(&facts, "{}", &[]);
    let api = load(&std::fs::read_to_string(repository(WEIGHTS)).unwrap());
    let here = definition::account(&api).without("width");
    let surprises = unexpected(Account::differences(&facts, &here), DEVIATIONS_OF_WEIGHTS);
    assert!(surprises.is_empty(), "{} differences:\n{}", surprises.len(), surprises.join("\n"));
}
