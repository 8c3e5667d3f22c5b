//! The service `PersistentLauncher`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use decthings::api::persistent_launcher::{
    CreatePersistentLauncherRequest, CreatePersistentLauncherResult, DeletePersistentLauncherRequest,
    DeletePersistentLauncherResult, GetPersistentLaunchersRequest, GetPersistentLaunchersResult, GetSysinfoRequest,
    GetSysinfoResult, PersistentLauncherService,
};
use decthings::types::ResourceFilter;

use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::store::ids;
use crate::store::launchers::StoredLauncher;
use crate::store::listing::Query;
use crate::{check, time};

/// Answers the calls of the service.
pub(crate) struct Launchers(pub(crate) Arc<Local>);

impl PersistentLauncherService for Launchers {
    async fn create_persistent_launcher(
        &self,
        request: CreatePersistentLauncherRequest,
    ) -> Answer<CreatePersistentLauncherRequest> {
        Ok(create(&self.0, request)?)
    }

    async fn get_persistent_launchers(
        &self,
        request: GetPersistentLaunchersRequest,
    ) -> Answer<GetPersistentLaunchersRequest> {
        Ok(list(&self.0, request)?)
    }

    async fn get_sysinfo(&self, request: GetSysinfoRequest) -> Answer<GetSysinfoRequest> {
        Ok(sysinfo(&self.0, &request)?)
    }

    async fn delete_persistent_launcher(
        &self,
        request: DeletePersistentLauncherRequest,
    ) -> Answer<DeletePersistentLauncherRequest> {
        Ok(delete(&self.0, &request)?)
    }
}

fn create(local: &Local, request: CreatePersistentLauncherRequest) -> Result<CreatePersistentLauncherResult, Fail> {
    check::name("name", &request.name)?;
    check::launcher("spec", &request.spec)?;
    let mut store = local.store();
    if store.launchers.len() >= local.config.limits.persistent_launchers {
        return Err(Fail::QuotaExceeded);
    }
    let mut launcher = StoredLauncher {
        id: ids::id(),
        sequence: store.next_sequence(),
        name: request.name,
        created_at: time::now(),
        spec: request.spec,
        ready_at: Instant::now().checked_add(local.config.launcher_startup),
        deleting: false,
        running: Vec::new(),
        samples: VecDeque::new(),
    };
    launcher.measure();
    let result = CreatePersistentLauncherResult::new(&launcher.id);
    store.launchers.insert(launcher.id.clone(), launcher);
    Ok(result)
}

fn list(local: &Local, request: GetPersistentLaunchersRequest) -> Result<GetPersistentLaunchersResult, Fail> {
    let filter = request.filter.map(|filter| {
        let mut all = ResourceFilter::new();
        all.ids = filter.ids;
        all.search_name = filter.search_name;
        all
    });
    let (offset, limit, sort, direction) = (request.offset, request.limit, request.sort, request.sort_direction);
    let query = Query { offset, limit, filter, sort, direction };
    let store = local.store();
    let page = query.page(store.launchers.values())?;
    let launchers = page.items.into_iter().map(StoredLauncher::view);
    Ok(GetPersistentLaunchersResult::new(launchers, page.total, page.offset, page.limit))
}

/// Measures once more, so that there always is something new to see.
fn sysinfo(local: &Local, request: &GetSysinfoRequest) -> Result<GetSysinfoResult, Fail> {
    let mut store = local.store();
    let launcher = store.launchers.get_mut(&request.persistent_launcher_id);
    let launcher = launcher.ok_or(Fail::PersistentLauncherNotFound)?;
    launcher.measure();
    let after = request.from_timestamp.unwrap_or(i64::MIN);
    Ok(GetSysinfoResult::new(launcher.samples.iter().filter(|sample| sample.timestamp > after).cloned()))
}

fn delete(local: &Local, request: &DeletePersistentLauncherRequest) -> Result<DeletePersistentLauncherResult, Fail> {
    let mut store = local.store();
    let id = &request.persistent_launcher_id;
    let launcher = store.launchers.get_mut(id).ok_or(Fail::PersistentLauncherNotFound)?;
    if launcher.deleting {
        return Err(Fail::PersistentLauncherBeingDeleted);
    }
    launcher.deleting = true;
    if launcher.running.is_empty() {
        store.launchers.remove(id);
    }
    Ok(DeletePersistentLauncherResult::new())
}
