//! Whether a connector can run with a configuration: by its keys, and by what the database says of its statements.

use sink::connector::config::{Config, ConfigInfos, Problem, Raw, read, revealed, validate};

use super::{
    body::Nullable,
    port::{Unavailable, Workers},
};

/// Everything that there is to say of a configuration, and what it comes to if nothing is wrong with it.
pub(crate) async fn look(
    workers: &dyn Workers,
    class: &str,
    config: &Nullable,
) -> Result<(ConfigInfos, Option<Config>), Unavailable> {
    let process = workers.process();
    // Of what is told of a connector, its secrets are hidden; where that comes back, they are meant.
    let known = match config.get("name") {
        Some(Some(name)) => workers.get(name).await?,
        _ => None,
    };
    let config = &known.map_or_else(|| config.clone(), |known| revealed(config, &known.config));
    let mut infos = validate(class, config, process);
    let raw: Raw = config.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
    let read = raw.get("name").and_then(|name| read(name, &raw, process).ok());
    let Some(config) = read.filter(|_| infos.error_count == 0) else { return Ok((infos, None)) };
    // The database is asked last, and only about what could be asked of it.
    let problems = workers.preflight(&config).await?.into_iter().map(|Problem { key, message }| {
        let message = format!("Invalid value for configuration {key}: {message}");
        Problem { key, message }
    });
    infos.add(problems.collect());
    let config = (infos.error_count == 0).then_some(config);
    Ok((infos, config))
}
