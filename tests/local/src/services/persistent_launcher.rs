//! The service `PersistentLauncher`.

use std::sync::Arc;
use std::time::Instant;

use decthings::api::persistent_launcher::{
    CreatePersistentLauncherRequest, CreatePersistentLauncherResult, DeletePersistentLauncherRequest,
    DeletePersistentLauncherResult, GetPersistentLaunchersRequest, GetPersistentLaunchersResult, GetSysinfoRequest,
    GetSysinfoResult, PersistentLauncherService,
};
use decthings::types::ResourceFilter;

use super::common::{check, delegate};
use crate::context::Context;
use crate::error::CallError;
use crate::store::launchers::{StoredLauncher, Usage};
use crate::store::listing::Query;
use crate::util;

/// The service.
pub(crate) struct PersistentLaunchers(pub(crate) Arc<Context>);

delegate! {
    impl PersistentLauncherService for PersistentLaunchers;
    fn create_persistent_launcher(CreatePersistentLauncherRequest) in self;
    fn get_persistent_launchers(GetPersistentLaunchersRequest) in self;
    fn get_sysinfo(GetSysinfoRequest) in self;
    fn delete_persistent_launcher(DeletePersistentLauncherRequest) in self;
}

fn create_persistent_launcher(
    context: &Context,
    request: CreatePersistentLauncherRequest,
) -> Result<CreatePersistentLauncherResult, CallError> {
    check::name("name", &request.name)?;
    check::launcher("spec", &request.spec)?;
    let mut store = context.change();
    if store.launchers.0.len() >= context.config.limits.persistent_launchers {
        return Err(CallError::QuotaExceeded);
    }
    let launcher = StoredLauncher {
        id: util::new_id(),
        sequence: store.next_sequence(),
        name: request.name,
        created_at: util::now(),
        spec: request.spec,
        ready_at: Instant::now().checked_add(context.config.launcher_startup),
        deleting: false,
        usage: Usage::default(),
    };
    launcher.usage.measure();
    let result = CreatePersistentLauncherResult::new(&launcher.id);
    store.launchers.0.insert(launcher.id.clone(), launcher);
    store.commit()?;
    Ok(result)
}

fn get_persistent_launchers(
    context: &Context,
    request: GetPersistentLaunchersRequest,
) -> Result<GetPersistentLaunchersResult, CallError> {
    let filter = request.filter.map(|filter| {
        let mut all = ResourceFilter::new();
        all.ids = filter.ids;
        all.search_name = filter.search_name;
        all
    });
    let query = Query::new(request.offset, request.limit, request.sort, request.sort_direction, filter);
    let store = context.store();
    let page = query.page(store.launchers.0.values())?;
    let launchers = page.items.into_iter().map(StoredLauncher::view);
    Ok(GetPersistentLaunchersResult::new(launchers, page.total, page.offset, page.limit))
}

/// Adds a sample first, so that the list is never empty.
fn get_sysinfo(context: &Context, request: GetSysinfoRequest) -> Result<GetSysinfoResult, CallError> {
    let store = context.store();
    let launcher = store.launchers.0.get(&request.persistent_launcher_id);
    let launcher = launcher.ok_or(CallError::PersistentLauncherNotFound)?;
    launcher.usage.measure();
    let after = request.from_timestamp.unwrap_or(i64::MIN);
    Ok(GetSysinfoResult::new(launcher.usage.samples(after)))
}

fn delete_persistent_launcher(
    context: &Context,
    request: DeletePersistentLauncherRequest,
) -> Result<DeletePersistentLauncherResult, CallError> {
    let mut store = context.change();
    let id = &request.persistent_launcher_id;
    let launcher = store.launchers.0.get_mut(id).ok_or(CallError::PersistentLauncherNotFound)?;
    if launcher.deleting {
        return Err(CallError::PersistentLauncherBeingDeleted);
    }
    launcher.deleting = true;
    if launcher.usage.is_idle() {
        store.launchers.0.remove(id);
    }
    store.commit()?;
    Ok(DeletePersistentLauncherResult::new())
}
