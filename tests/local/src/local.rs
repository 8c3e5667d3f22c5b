//! The server without a socket.

use std::sync::Arc;

use decthings::runtime::Router;

use crate::config::LocalConfig;
use crate::context::Context;
use crate::services::dataset::Datasets;
use crate::services::debug::DebugSessions;
use crate::services::fs::Filesystems;
use crate::services::image::Images;
use crate::services::language::LanguageServers;
use crate::services::model::Models;
use crate::services::organization::Organizations;
use crate::services::persistent_launcher::PersistentLaunchers;
use crate::services::spawned::SpawnedCommands;
use crate::services::terminal::Terminals;
use crate::services::user::Users;

/// A local Decthings server: its data, its jobs and its services. At first there are no datasets and no models.
pub struct Local {
    context: Arc<Context>,
    models: Arc<Models>,
    router: Router,
}

impl Local {
    /// Makes a server, which does nothing before it is called.
    pub fn new(config: LocalConfig) -> Arc<Self> {
        let context = Arc::new(Context::new(config));
        let models = Arc::new(Models::new(context.clone()));
        let router = Router::new()
            .events(context.events.clone())
            .dataset(Arc::new(Datasets(context.clone())))
            .debug(Arc::new(DebugSessions::new(context.clone())))
            .fs(Arc::new(Filesystems(context.clone())))
            .image(Arc::new(Images(context.clone())))
            .language(Arc::new(LanguageServers::new(context.clone())))
            .model(models.clone())
            .organization(Arc::new(Organizations(context.clone())))
            .persistent_launcher(Arc::new(PersistentLaunchers(context.clone())))
            .spawned(Arc::new(SpawnedCommands::new(context.clone())))
            .terminal(Arc::new(Terminals::new(context.clone())))
            .user(Arc::new(Users(context.clone())));
        Arc::new(Self { context, models, router })
    }

    /// The services, for calls in this process, without a socket and without keys. It needs a tokio runtime.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The configuration.
    pub fn config(&self) -> &LocalConfig {
        &self.context.config
    }

    /// Stops all jobs and waits until they have ended. The data stays readable, but no job starts any more: calls that
    /// need one fail with `unknown`.
    pub async fn shutdown(&self) {
        self.models.close().await;
        self.context.shutdown().await;
    }
}
