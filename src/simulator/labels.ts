// The labels that Coolify and compose put on containers (docs/coolify.md, "Labels"). Pure.

export interface CoolifyApplication {
  /** The database's integer id. */
  readonly applicationId: number
  /** 24 lower-case letters and digits; also the compose project. */
  readonly uuid: string
  /** The slug that people know it by: `pms-backend`. */
  readonly resourceName: string
  readonly project?: string
  readonly environment?: string
  /** 0: production. */
  readonly pullRequestId?: number
}

/** On every container of a Coolify application. `deployment` shows in compose's working directory. */
export function applicationLabels(
  app: CoolifyApplication,
  containerName: string,
  deployment: string,
): Readonly<Record<string, string>> {
  return {
    'coolify.managed': 'true',
    'coolify.version': '4.3.11',
    'coolify.applicationId': String(app.applicationId),
    'coolify.type': 'application',
    'coolify.name': app.uuid,
    'coolify.resourceName': app.resourceName,
    'coolify.projectName': app.project ?? 'hotel',
    'coolify.serviceName': app.resourceName,
    'coolify.environmentName': app.environment ?? 'production',
    'coolify.pullRequestId': String(app.pullRequestId ?? 0),
    ...composeLabels(app.uuid, containerName, `/artifacts/${deployment}`),
  }
}

/** On every container of a Coolify service, as one of a Supabase stack. */
export function serviceLabels(
  serviceId: number,
  uuid: string,
  service: string,
  subType: 'application' | 'database',
): Readonly<Record<string, string>> {
  return {
    'coolify.managed': 'true',
    'coolify.version': '4.3.11',
    'coolify.serviceId': String(serviceId),
    'coolify.type': 'service',
    'coolify.name': `${service}-${uuid}`,
    'coolify.resourceName': 'supabase',
    'coolify.projectName': 'hotel',
    'coolify.serviceName': 'supabase',
    'coolify.environmentName': 'production',
    'coolify.pullRequestId': '0',
    'coolify.service.subId': String(serviceId * 10 + 1),
    'coolify.service.subType': subType,
    'coolify.service.subName': service,
    ...composeLabels(uuid, service, `/data/coolify/services/${uuid}`),
  }
}

export function composeLabels(project: string, service: string, directory: string): Readonly<Record<string, string>> {
  return {
    'com.docker.compose.project': project,
    'com.docker.compose.service': service,
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.project.working_dir': directory,
    'com.docker.compose.project.config_files': `${directory}/docker-compose.yaml`,
    'com.docker.compose.version': '2.40.3',
  }
}
