package io.jenkins.plugins.mlops.model;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Api;
import hudson.model.Failure;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.registry.AliasMoves;
import io.jenkins.plugins.mlops.usage.BuildUses;
import io.jenkins.plugins.mlops.usage.Subject;
import io.jenkins.plugins.mlops.usage.Viewer;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.GET;

/**
 * The page of a registered model, and for programs. It is made for one request; whoever gets one may see the model. The server is asked
 * by the parts of the page that the browser fetches, and by the API, never by the page itself.
 */
@ExportedBean
@Restricted(NoExternalUse.class)
public final class ModelPage {

    /** Versions a page. */
    static final int SIZE = 20;

    private final MlflowProfile profile;
    private final String name;
    private final Viewer viewer;
    private final StaplerRequest2 request;
    private ModelState state;

    private ModelPage(MlflowProfile profile, String name, Viewer viewer, StaplerRequest2 request) {
        this.profile = profile;
        this.name = name;
        this.viewer = viewer;
        this.request = request;
    }

    /** Null, which is 404, when the query names none, or the viewer may not see it: the two cannot be told apart. */
    @CheckForNull
    static ModelPage of(StaplerRequest2 request, Viewer viewer) {
        String server = Util.fixEmptyAndTrim(request.getParameter("server"));
        String name = Util.fixEmpty(request.getParameter("name"));
        if (server == null || name == null) {
            return null;
        }
        MlflowProfile profile = MlopsConfiguration.get().getMlflowServers().stream()
                .filter(known -> server.equals(known.getName()))
                .findFirst()
                .orElse(null);
        boolean seen =
                profile != null && (viewer.seesEverything() || BuildUses.isSeen(Subject.model(server, name), viewer));
        return seen ? new ModelPage(profile, name, viewer, request) : null;
    }

    public Api getApi() {
        return new Api(this);
    }

    @Exported
    public String getName() {
        return Shown.text(name);
    }

    @Exported
    public String getServer() {
        return profile.getName();
    }

    /** The query of its addresses. */
    public String getQuery() {
        return PageUrl.query(profile.getName(), name);
    }

    /** The query of the part that the page fetches. */
    public String getFetched() {
        return getQuery() + (page() == 1 ? "" : "&page=" + page());
    }

    /** What the server says of it now. */
    @Exported(merge = true)
    public ModelState getState() {
        if (state == null) {
            state = ModelState.read(profile, name, page(), viewer);
        }
        return state;
    }

    /** For the page. */
    @GET
    public void doContent(StaplerRequest2 req, StaplerResponse2 rsp) throws IOException, ServletException {
        ModelState now = getState();
        Fragment.send(now, "content.jelly", now.isAsking(), req, rsp);
    }

    /** The page of one version. */
    @GET
    public HttpResponse doVersion() {
        number("version"); // a view would swallow what is wrong with the query
        return HttpResponses.forwardToView(this, "version.jelly");
    }

    /** For that page. */
    @GET
    public void doVersionContent(StaplerRequest2 req, StaplerResponse2 rsp) throws IOException, ServletException {
        VersionState now = VersionState.read(profile, name, List.of(number("version")), viewer);
        Fragment.send(now, "version.jelly", now.isAsking(), req, rsp);
    }

    /** The page that compares two versions. */
    @GET
    public HttpResponse doCompare() {
        pair();
        return HttpResponses.forwardToView(this, "compare.jelly");
    }

    /** For that page. */
    @GET
    public void doCompareContent(StaplerRequest2 req, StaplerResponse2 rsp) throws IOException, ServletException {
        int[] pair = pair();
        VersionState now = VersionState.read(profile, name, List.of(pair[0], pair[1]), viewer);
        Fragment.send(now, "compare.jelly", now.isAsking(), req, rsp);
    }

    /** The page on which a version is given an alias. */
    @GET
    public HttpResponse doMove() {
        number("version");
        return HttpResponses.forwardToView(this, "move.jelly");
    }

    /** For that page. */
    @GET
    public void doMoveContent(StaplerRequest2 req, StaplerResponse2 rsp) throws IOException, ServletException {
        ModelMoves now = ModelMoves.read(profile, name, number("version"), getAlias(), viewer);
        Fragment.send(now, "move.jelly", now.isAsking(), req, rsp);
    }

    /** Gives an alias to a version, as it was shown. */
    @RequirePOST
    public HttpResponse doPromote(
            @QueryParameter int version,
            @QueryParameter String alias,
            @QueryParameter String gate,
            @QueryParameter int expected,
            @QueryParameter boolean override,
            @QueryParameter String reason) {
        return moved(() -> AliasMoves.promoteVersion(
                ModelMoves.job(profile, name, version),
                profile.getName(),
                name,
                version,
                Util.fixNull(alias).trim(),
                Util.fixEmptyAndTrim(gate),
                expected,
                override,
                required(reason),
                ModelsRootAction.URL + "/" + PageUrl.version(profile.getName(), name, version)));
    }

    /** Gives an alias back to the version before. @param expected the version that it was shown to point to */
    @RequirePOST
    public HttpResponse doRollback(
            @QueryParameter String alias, @QueryParameter int expected, @QueryParameter String reason) {
        return moved(() -> AliasMoves.rollbackVersion(
                ModelMoves.job(profile, name, expected),
                profile.getName(),
                name,
                Util.fixNull(alias).trim(),
                expected,
                required(reason),
                ModelsRootAction.URL + "/" + PageUrl.model(profile.getName(), name)));
    }

    private HttpResponse moved(Runnable move) {
        try {
            move.run();
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        } finally {
            RegistryCache.get().forget(profile.getName());
        }
        return HttpResponses.redirectTo(".?" + getQuery());
    }

    private static String required(String reason) {
        String given = Util.fixEmptyAndTrim(reason);
        if (given == null) {
            throw new Failure("Say why: the reason is kept with the model");
        }
        return given;
    }

    /** The alias that the query names. */
    public String getAlias() {
        String alias = Util.fixEmptyAndTrim(request.getParameter("alias"));
        return alias == null ? "champion" : alias;
    }

    /** The query of the part that the page of a move fetches. */
    public String getMoveQuery() {
        return getVersionQuery() + "&alias=" + PageUrl.encoded(getAlias());
    }

    /** The version that the query names. */
    public int getVersionNumber() {
        return number("version");
    }

    /** The query of the part that the version's page fetches. */
    public String getVersionQuery() {
        return getQuery() + "&version=" + number("version");
    }

    public int getLeft() {
        return pair()[0];
    }

    public int getRight() {
        return pair()[1];
    }

    /** The query of the part that the comparison's page fetches. */
    public String getCompareQuery() {
        return getQuery() + "&left=" + getLeft() + "&right=" + getRight();
    }

    /** The older one left. The form gives two of one name, which a link may give as left and right. */
    private int[] pair() {
        String[] chosen = request.getParameterValues("v");
        int[] pair = chosen == null
                ? new int[] {number("left"), number("right")}
                : chosen.length == 2 ? new int[] {parsed(chosen[0]), parsed(chosen[1])} : null;
        if (pair == null) {
            throw HttpResponses.errorWithoutStack(
                    StaplerResponse2.SC_BAD_REQUEST, "Choose two versions of the model to compare");
        }
        if (chosen != null && pair[0] > pair[1]) {
            return new int[] {pair[1], pair[0]};
        }
        return pair;
    }

    private int number(String parameter) {
        return parsed(request.getParameter(parameter));
    }

    private static int parsed(String text) {
        if (text == null || !text.matches("[1-9][0-9]{0,8}")) {
            throw HttpResponses.errorWithoutStack(StaplerResponse2.SC_BAD_REQUEST, "A version of a model is a number");
        }
        return Integer.parseInt(text);
    }

    private int page() {
        String page = request.getParameter("page");
        return page != null && page.matches("[1-9][0-9]{0,6}") ? Integer.parseInt(page) : 1;
    }
}
