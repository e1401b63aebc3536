package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.workload.Labels;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * One namespace of a Kubernetes cluster. Every call may be made again whatever became of an earlier one, makes one request (a
 * few when it adopts), and ends at once with an {@link MlopsException}: of kind UNREACHABLE when a later try may go better, of kind
 * REFUSED when not; a {@link QuotaExceededException} when a quota has no room. Thread-safe.
 */
public final class Cluster implements AutoCloseable {

    private static final int CONNECT_MILLIS = 10_000;
    private static final int REQUEST_MILLIS = 30_000;

    private final String name;
    private final String namespace;
    private final Supplier<KubernetesClient> clients;
    private final AutoCloseable owned;
    private final AtomicLong requests = new AtomicLong();

    private Cluster(String name, String namespace, Supplier<KubernetesClient> clients, AutoCloseable owned) {
        this.name = name;
        this.namespace = namespace;
        this.clients = clients;
        this.owned = owned;
    }

    /**
     * Connects as a kubeconfig says; no request is made.
     *
     * @throws MlopsException of kind USAGE when there is no such kubeconfig or context
     */
    public static Cluster connect(ClusterSettings settings) {
        Config found = configuration(settings);
        String namespace = settings.namespace() != null
                ? settings.namespace()
                : found.getNamespace() == null ? "default" : found.getNamespace();
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(impatient(found)).build();
        String context = found.getCurrentContext() == null
                ? found.getMasterUrl()
                : found.getCurrentContext().getName();
        return new Cluster(context, namespace, () -> client, client);
    }

    /** A cluster whose clients somebody else makes, and renews when they expire. */
    public static Cluster of(String name, String namespace, Supplier<KubernetesClient> clients) {
        return new Cluster(name, namespace, new ImpatientClients(clients), () -> {});
    }

    private static Config configuration(ClusterSettings settings) {
        if (settings.kubeconfig() == null) {
            return Config.autoConfigure(settings.context());
        }
        if (!Files.isReadable(settings.kubeconfig())) {
            throw MlopsException.usage("The kubeconfig " + settings.kubeconfig() + " cannot be read");
        }
        Config found;
        try {
            found = Config.fromKubeconfig(
                    settings.context(), settings.kubeconfig().toFile());
        } catch (RuntimeException e) {
            throw MlopsException.usage("The kubeconfig " + settings.kubeconfig() + " is refused: " + e.getMessage(), e);
        }
        if (found.getCurrentContext() == null) {
            throw MlopsException.usage("The kubeconfig " + settings.kubeconfig() + " has no "
                    + (settings.context() == null
                            ? "current context: name one"
                            : "context '" + settings.context() + "'"));
        }
        return found;
    }

    private static Config impatient(Config config) {
        return new ConfigBuilder(config)
                .withRequestRetryBackoffLimit(ImpatientClients.NO_RETRY)
                .withWatchReconnectLimit(ImpatientClients.NO_RETRY)
                .withConnectionTimeout(CONNECT_MILLIS)
                .withRequestTimeout(REQUEST_MILLIS)
                .withClientKeyAlgo(ClientKeys.algorithm(config))
                .build();
    }

    /** As people call it. */
    public String name() {
        return name;
    }

    public String namespace() {
        return namespace;
    }

    /** A client that is good for the next calls. */
    public KubernetesClient client() {
        return clients.get();
    }

    /** Counts a request that is made with {@link #client()}. */
    void countRequest() {
        requests.incrementAndGet();
    }

    /** How many requests were made by the methods of this class. */
    public long requests() {
        return requests.get();
    }

    /**
     * Creates an object, or takes the one of that name when it is ours: of the same controller, run, role and attempt. A Secret of
     * that name is taken unseen.
     *
     * @throws MlopsException of kind REFUSED also when somebody else has an object of that name
     */
    public <T extends HasMetadata> T createOrAdopt(T wanted) {
        String doing = "create " + title(wanted);
        try {
            requests.incrementAndGet();
            return client().resource(wanted).inNamespace(namespace).create();
        } catch (KubernetesClientException e) {
            if (!Answers.isThereAlready(e)) {
                throw Answers.failure(name, doing, e);
            }
        }
        if (wanted instanceof Secret) {
            // Its name holds the run's UUID, and whoever may read one Secret of a namespace may read all: we ask for no
            // such right.
            return wanted;
        }
        T there = find(wanted)
                .orElseThrow(() -> MlopsException.unreachable(
                        title(wanted) + " is being removed from cluster " + name + " at present", null));
        if (!sameOwner(wanted, there)) {
            throw MlopsException.refused(title(wanted) + " is in namespace " + namespace + " of cluster " + name
                    + " already and belongs to somebody else: remove it, or start the training anew");
        }
        return there;
    }

    private static boolean sameOwner(HasMetadata wanted, HasMetadata there) {
        Map<String, String> ours = wanted.getMetadata().getLabels();
        Map<String, String> theirs = there.getMetadata().getLabels();
        return ours != null
                && theirs != null
                && List.of(Labels.CONTROLLER, Labels.RUN, Labels.ROLE, Labels.ATTEMPT).stream()
                        .allMatch(label -> Objects.equals(ours.get(label), theirs.get(label)));
    }

    /** The object of the same kind and name, as it is now. */
    public <T extends HasMetadata> Optional<T> find(T like) {
        try {
            requests.incrementAndGet();
            return Optional.ofNullable(
                    client().resource(like).inNamespace(namespace).get());
        } catch (KubernetesClientException e) {
            if (e.getCode() == Answers.NOT_FOUND) {
                return Optional.empty();
            }
            throw Answers.failure(name, "read " + title(like), e);
        }
    }

    /**
     * What holds a workload: its Jobs and the like, and pods that nobody owns. Not a call for every step: it lists.
     *
     * @param controller null for everybody's
     * @param kinds beside Jobs; one that the cluster does not know, or that our account may not list, has none
     */
    public List<HasMetadata> listOwn(String controller, List<ResourceDefinitionContext> kinds) {
        Map<String, String> labels = controller == null
                ? Map.of(Labels.MANAGED_BY, Labels.MANAGER)
                : Map.of(Labels.MANAGED_BY, Labels.MANAGER, Labels.CONTROLLER, controller);
        KubernetesClient client = client();
        List<HasMetadata> found = new ArrayList<>(list(
                "Jobs",
                () -> client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(namespace)
                        .withLabels(labels)
                        .list()));
        listPods(labels).stream()
                .filter(pod -> pod.getMetadata().getOwnerReferences().isEmpty())
                .forEach(found::add);
        for (ResourceDefinitionContext kind : kinds) {
            try {
                found.addAll(list(
                        kind.getPlural(),
                        () -> client.genericKubernetesResources(kind)
                                .inNamespace(namespace)
                                .withLabels(labels)
                                .list()));
            } catch (MlopsException e) {
                if (e.kind() != MlopsException.Kind.REFUSED) {
                    throw e;
                }
            }
        }
        found.removeIf(object -> object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController())));
        return found;
    }

    /** The pods that have all of some labels. Not a call for every step: it lists. */
    public List<Pod> listPods(Map<String, String> labels) {
        KubernetesClient client = client();
        return list(
                "pods",
                () -> client.pods().inNamespace(namespace).withLabels(labels).list());
    }

    private <T extends HasMetadata> List<T> list(String what, Supplier<? extends KubernetesResourceList<T>> answer) {
        try {
            requests.incrementAndGet();
            return answer.get().getItems();
        } catch (KubernetesClientException e) {
            throw Answers.failure(name, "list " + what, e);
        }
    }

    /**
     * Asks for an object and all that it owns to be removed; it stays until those are gone, so that its absence says that nothing
     * is left. Absent already, or another one of that name meanwhile, is done.
     *
     * @param object its kind, name and, unless anything of that name is meant, uid
     * @param grace for a pod's processes, null for its own
     */
    public void delete(HasMetadata object, Duration grace) {
        ObjectMeta meta = object.getMetadata();
        DeleteOptions options = new DeleteOptionsBuilder()
                .withPropagationPolicy("Foreground")
                .withGracePeriodSeconds(grace == null ? null : grace.toSeconds())
                .withNewPreconditions()
                .withUid(meta.getUid())
                .endPreconditions()
                .build();
        try {
            requests.incrementAndGet();
            client().raw(path(object) + "/" + meta.getName(), "DELETE", options);
        } catch (KubernetesClientException e) {
            if (e.getCode() != Answers.NOT_FOUND && e.getCode() != Answers.CONFLICT) {
                throw Answers.failure(name, "remove " + title(object), e);
            }
        }
    }

    /**
     * Reads a container's log from a moment on, with what was written in the same second.
     *
     * @param since null for its beginning
     * @param limitBytes 1 or more; the last line of the answer may be cut off, and is left out when {@code more}
     * @throws MlopsException also when the container has not begun, or its pod is gone: of kind REFUSED
     */
    public LogPart readLog(String pod, String container, Instant since, long limitBytes) {
        String uri = log(pod, container, since) + "&limitBytes=" + limitBytes;
        String text;
        try {
            requests.incrementAndGet();
            text = client().raw(uri);
        } catch (KubernetesClientException e) {
            throw Answers.failure(name, "read the log of pod " + pod, e);
        }
        if (text == null) {
            throw MlopsException.refused("Pod " + pod + " is not in cluster " + name + " any more");
        }
        boolean more = text.getBytes(StandardCharsets.UTF_8).length >= limitBytes;
        boolean open = !more && !text.isEmpty() && !text.endsWith("\n");
        List<LogPart.Line> lines = lines(text, more);
        return new LogPart(lines, more, open && !lines.isEmpty());
    }

    /** Follows a container's log from a moment on, with what was written in the same second; it does not wait for an answer. */
    public LogStream followLog(String pod, String container, Instant since) {
        KubernetesClient client = client();
        LogStream stream = new LogStream();
        requests.incrementAndGet();
        String server = client.getMasterUrl().toString();
        URI uri = URI.create((server.endsWith("/") ? server.substring(0, server.length() - 1) : server)
                + log(pod, container, since)
                + "&follow=true");
        HttpClient http = client.getHttpClient();
        stream.follow(http.consumeBytes(
                http.newHttpRequestBuilder().uri(uri).forStreaming().build(), stream::accept));
        return stream;
    }

    private String log(String pod, String container, Instant since) {
        String uri = "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/log?timestamps=true&container=" + container;
        return since == null
                ? uri
                : uri + "&sinceTime="
                        + URLEncoder.encode(
                                since.truncatedTo(ChronoUnit.SECONDS).toString(), StandardCharsets.UTF_8);
    }

    private static List<LogPart.Line> lines(String text, boolean cut) {
        List<LogPart.Line> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            if (end < 0 && cut) {
                break;
            }
            String line = text.substring(start, end < 0 ? text.length() : end);
            start = end < 0 ? text.length() : end + 1;
            parse(line, lines);
        }
        return lines;
    }

    static void parse(String line, Collection<LogPart.Line> lines) {
        int blank = line.indexOf(' ');
        try {
            Instant at = Instant.parse(blank < 0 ? line : line.substring(0, blank));
            lines.add(new LogPart.Line(at, blank < 0 ? "" : line.substring(blank + 1)));
        } catch (DateTimeParseException e) {
            // The runtime's own words in place of a log, such as that it was rotated away: they belong to no moment.
        }
    }

    /** The collection that an object belongs to. */
    private String path(HasMetadata object) {
        String version = object.getApiVersion();
        return (version.contains("/") ? "/apis/" : "/api/") + version + "/namespaces/" + namespace + "/"
                + plural(object);
    }

    /** Of a kind that the client has no class for, English is right: JobSets, PyTorchJobs, Workloads. */
    private static String plural(HasMetadata object) {
        return object instanceof GenericKubernetesResource
                ? object.getKind().toLowerCase(Locale.ROOT) + "s"
                : object.getPlural();
    }

    private static String title(HasMetadata object) {
        return object.getKind() + " " + object.getMetadata().getName();
    }

    @Override
    public void close() {
        try {
            owned.close();
        } catch (Exception e) {
            throw new IllegalStateException("A Kubernetes client does not close", e);
        }
    }
}
