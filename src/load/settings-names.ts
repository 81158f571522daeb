/** Names under which a settings file is looked for. */
export const settingsNames = ["gateway.config.yaml", "gateway.config.yml", "gateway.config.json"];
