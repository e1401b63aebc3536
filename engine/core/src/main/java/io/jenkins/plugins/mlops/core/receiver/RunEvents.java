package io.jenkins.plugins.mlops.core.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A training as OpenLineage 2-0-2 tells it (openlineage.io/spec/2-0-2/OpenLineage.json): a run of the job that the specification names,
 * whose inputs are the datasets and the parent model, and whose output is the model. A model's name is its content id, so that the
 * output of one training is the input of the next.
 */
record RunEvents(String namespace, Digest record, Statement statement, Provenance provenance) {

    private static final String SPEC = "https://openlineage.io/spec/";
    private static final String EVENT = SPEC + "2-0-2/OpenLineage.json#/$defs/RunEvent";
    private static final String PRODUCER = CallbackReceiver.SOURCE;
    private static final String DOCUMENTED = PRODUCER + "docs/receivers#record";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** START, where its time is known, and COMPLETE. */
    List<JsonNode> all() {
        List<JsonNode> events = new ArrayList<>();
        Instant started = provenance.runDetails().metadata().startedOn();
        if (started != null) {
            events.add(event("START", started));
        }
        events.add(event("COMPLETE", provenance.time()));
        return events;
    }

    private JsonNode event(String type, Instant time) {
        ObjectNode event = JSON.objectNode();
        event.put("eventType", type);
        event.put("eventTime", time.toString());
        event.put("producer", PRODUCER);
        event.put("schemaURL", EVENT);
        event.set("run", run());
        event.set("job", job());
        event.set("inputs", inputs());
        event.set("outputs", type.equals("START") ? JSON.arrayNode() : outputs());
        return event;
    }

    private ObjectNode run() {
        ObjectNode run = JSON.objectNode();
        run.put("runId", runId());
        ObjectNode facets = run.putObject("facets");
        ObjectNode engine = facet("1-1-1", "ProcessingEngineRunFacet");
        engine.put("name", "mlops");
        engine.put("version", provenance.runDetails().builder().version().getOrDefault("mlops", "unknown"));
        facets.set("processing_engine", engine);
        ObjectNode own = JSON.objectNode();
        own.put("_producer", PRODUCER);
        own.put("_schemaURL", DOCUMENTED);
        own.put("record", record.toString());
        provenance.mlflowRunResource().map(ResourceDescriptor::uri).ifPresent(uri -> own.put("mlflowRun", uri));
        ArrayNode gaps = own.putArray("gaps");
        provenance.gaps().forEach(gaps::add);
        facets.set("mlops_record", own);
        return run;
    }

    /** The training's own id; one made from the record where that is no UUID. */
    private String runId() {
        String id = provenance.runDetails().metadata().invocationId();
        try {
            return UUID.fromString(String.valueOf(id)).toString();
        } catch (IllegalArgumentException e) {
            return UUID.nameUUIDFromBytes(record.hex().getBytes(StandardCharsets.UTF_8))
                    .toString();
        }
    }

    private ObjectNode job() {
        Object name = provenance.buildDefinition().externalParameters().get("name");
        ObjectNode job = JSON.objectNode();
        job.put("namespace", namespace);
        job.put("name", name instanceof String text && !text.isBlank() ? text : "training");
        ObjectNode facets = job.putObject("facets");
        ObjectNode type = facet("2-0-4", "JobTypeJobFacet");
        type.put("processingType", "BATCH");
        type.put("integration", "MLOPS");
        type.put("jobType", "TRAINING");
        facets.set("jobType", type);
        provenance.dependencies(Provenance.SOURCE).findFirst().ifPresent(source -> {
            String repository = Optional.ofNullable(source.uri()).orElse("").replaceFirst("^git\\+", "");
            ObjectNode code = facet("1-1-0", "SourceCodeLocationJobFacet");
            code.put("type", "git");
            code.put("url", repository);
            code.put("repoUrl", repository);
            code.put("version", source.digest().getOrDefault(ResourceDescriptor.GIT_COMMIT, ""));
            if (!repository.isEmpty()) {
                facets.set("sourceCodeLocation", code);
            }
        });
        return job;
    }

    private ArrayNode inputs() {
        ArrayNode inputs = JSON.arrayNode();
        Stream.concat(
                        provenance.dependencies(Provenance.TRAINING_DATA),
                        provenance.dependencies(Provenance.EVALUATION_DATA))
                .forEach(dataset -> inputs.add(dataset(dataset)));
        provenance.dependencies(Provenance.PARENT).forEach(parent -> {
            Optional<Digest> content = parent.digest(ResourceDescriptor.TREE);
            String name = content.map(RunEvents::model).orElse(parent.uri());
            inputs.add(model(name, content.map(Digest::toString).orElse(null), parent.uri()));
        });
        return inputs;
    }

    private ArrayNode outputs() {
        ArrayNode outputs = JSON.arrayNode();
        statement.model().ifPresent(content -> outputs.add(model(model(content), content.toString(), null)));
        return outputs;
    }

    private static String model(Digest content) {
        return "models/" + content;
    }

    private ObjectNode dataset(ResourceDescriptor dataset) {
        URI uri = place(dataset.uri());
        ObjectNode node = uri == null
                ? named(namespace, dataset.name() == null ? String.valueOf(dataset.uri()) : dataset.name())
                : named(
                        uri.getScheme() + "://" + uri.getRawAuthority(),
                        uri.getPath().replaceFirst("^/", ""));
        String version = dataset.digest(ResourceDescriptor.TREE)
                .map(Digest::toString)
                .or(() -> dataset.annotation("sourceId"))
                .orElse(null);
        ObjectNode facets = facets(version);
        ObjectNode tags = facet("1-0-0", "TagsDatasetFacet");
        ObjectNode role = tags.putArray("tags").addObject();
        role.put("key", ResourceDescriptor.ROLE);
        role.put("value", dataset.annotation(ResourceDescriptor.ROLE).orElse(""));
        role.put("source", "INTEGRATION");
        facets.set("tags", tags);
        node.set("facets", facets);
        return node;
    }

    private ObjectNode model(String name, String version, String alsoKnownAs) {
        ObjectNode node = named(namespace, name);
        ObjectNode facets = facets(version);
        ObjectNode type = facet("1-0-1", "DatasetTypeDatasetFacet");
        type.put("datasetType", "MODEL");
        facets.set("datasetType", type);
        if (alsoKnownAs != null) {
            ObjectNode symlinks = facet("1-0-1", "SymlinksDatasetFacet");
            ObjectNode known = symlinks.putArray("identifiers").addObject();
            known.put("namespace", namespace);
            known.put("name", alsoKnownAs);
            known.put("type", "MODEL");
            facets.set("symlinks", symlinks);
        }
        node.set("facets", facets);
        return node;
    }

    private static ObjectNode facets(String version) {
        ObjectNode facets = JSON.objectNode();
        if (version != null) {
            ObjectNode facet = facet("1-0-1", "DatasetVersionDatasetFacet");
            facet.put("datasetVersion", version);
            facets.set("version", facet);
        }
        return facets;
    }

    private static ObjectNode named(String namespace, String name) {
        ObjectNode node = JSON.objectNode();
        node.put("namespace", namespace);
        node.put("name", name);
        return node;
    }

    /** A place with a host or bucket, as OpenLineage's naming wants it; null for anything else. */
    private static URI place(String uri) {
        try {
            URI place = uri == null ? null : new URI(uri);
            boolean named = place != null
                    && place.getScheme() != null
                    && place.getRawAuthority() != null
                    && place.getPath() != null
                    && place.getPath().length() > 1;
            return named ? place : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static ObjectNode facet(String version, String name) {
        ObjectNode facet = JSON.objectNode();
        facet.put("_producer", PRODUCER);
        facet.put("_schemaURL", SPEC + "facets/" + version + "/" + name + ".json#/$defs/" + name);
        return facet;
    }
}
