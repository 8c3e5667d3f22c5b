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
const HINTS: &str = "../shared/api/number-hints.json";

const NO_STATE_YET: &str = "a model that is being created has no state; one such model must not spoil a list";
const PLURAL: &str = "the name is plural, and everything like it is a list";
const END_WITHOUT_REASON: &str = "a reader must learn of the end even if the reason is missing";
const SAME_LIFE_CYCLE: &str = "other places have the same life cycle with this stage";
const USUAL_CODE: &str = "every other place has this code in place of invalid_executable";
const RANGE_UNKNOWN: &str = "unit and range are unknown, and the client that the hint is from cannot make the call";
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
    let differences = Account::differences(facts, &definition::account(api));
    let listed = |line: &String| DEVIATIONS.iter().any(|(deviation, _)| deviation == line);
    let unlisted = differences.iter().filter(|line| !listed(line)).cloned();
    let gone = DEVIATIONS.iter().filter(|(deviation, _)| !differences.iter().any(|line| line == deviation));
    unlisted.chain(gone.map(|(deviation, _)| format!("no deviation any more: {deviation}"))).collect()
}

#[test]
fn the_definition_matches_the_recorded_facts() {
    let Some(facts) = facts() else { return };
    let surprises = surprises(&facts, &load(&definition()));
    assert!(surprises.is_empty(), "{} differences:\n{}", surprises.len(), surprises.join("\n"));
}
