package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RegisteredModel;
import java.util.List;
import java.util.Optional;

/**
 * A registered model with its versions at one moment.
 *
 * @param model null when there is none of that name
 * @param versions the newest first
 */
record RegisteredVersions(RegisteredModel model, List<ModelVersion> versions) {

    static RegisteredVersions read(MlflowServer server, String name) {
        Optional<RegisteredModel> model = server.registeredModel(name);
        return new RegisteredVersions(model.orElse(null), model.isEmpty() ? List.of() : server.versions(name));
    }

    Optional<ModelVersion> version(int number) {
        return versions.stream().filter(version -> version.version() == number).findFirst();
    }
}
