//! The pages of the reference, in the order in which they are read.

mod changes;
mod errors;
mod event;
mod frames;
mod method;
mod overview;
mod service;
mod types;

use super::Site;
use super::layout::Page;
use super::{paths, reach};
use crate::ir::Service;

/// Every page.
pub(super) fn all(site: &Site<'_>) -> Vec<Page> {
    let mut pages = vec![overview::page(site)];
    for service in &site.api.services {
        pages.push(service::page(site, service));
        pages.extend(service.methods.iter().map(|method| method::page(site, service, method)));
        pages.extend(service.events.iter().map(|event| event::page(site, service, event)));
    }
    pages.push(types::index(site));
    pages.extend(reach::with_pages(site.api).map(|(id, definition)| types::page(site, id, definition)));
    pages.extend([errors::page(site), frames::page(site), changes::page(site)]);
    pages
}

/// Where a page at the top belongs.
fn at_top(site: &Site<'_>) -> Vec<(String, String)> {
    vec![(paths::OVERVIEW.to_owned(), site.api.title.clone())]
}

/// Where a page of a service belongs.
fn in_service(site: &Site<'_>, service: &Service) -> Vec<(String, String)> {
    let mut trail = at_top(site);
    trail.push((paths::service(service), service.wire.clone()));
    trail
}
