package io.jenkins.plugins.mlops.usage;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.AbstractItem;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Items;
import hudson.model.Job;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.time.Duration;
import jenkins.model.Jenkins;
import org.springframework.security.core.Authentication;

/**
 * Who looks at a page that belongs to no job, and what of it he may see. Immutable; cheap to make.
 *
 * @param user who it is
 */
public record Viewer(@NonNull Authentication user) {

    /** How long a change of permissions may take to reach the links to the pages of models. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private static final int MOST_USERS = 1000;

    /** To look at all items for each page that somebody opens would be too much. */
    private static final Cache<Authentication, Boolean> ANYWHERE = CacheBuilder.newBuilder()
            .expireAfterWrite(REMEMBERED)
            .maximumSize(MOST_USERS)
            .build();

    /** Whose request this is. */
    @NonNull
    public static Viewer current() {
        return new Viewer(Jenkins.getAuthentication2());
    }

    /** Whether he may see every model and dataset: he has the permission on all of Jenkins. */
    public boolean seesEverything() {
        return Jenkins.get().hasPermission2(user, MlopsPermissions.VIEW_LINEAGE);
    }

    /** Whether he may see the lineage of something; remembered for half a minute. */
    public boolean seesAnything() {
        if (seesEverything()) {
            return true;
        }
        Boolean known = ANYWHERE.getIfPresent(user);
        if (known == null) {
            known = find();
            ANYWHERE.put(user, known);
        }
        return known;
    }

    private boolean find() {
        for (Item item : Items.allItems2(user, Jenkins.get(), Item.class)) {
            if (item instanceof AbstractItem found && found.hasPermission2(user, MlopsPermissions.VIEW_LINEAGE)) {
                return true;
            }
        }
        return false;
    }

    /** Whether he may see what a job's builds used and made: it takes the permission, and Read of the job and all above it. */
    public boolean seesLineageOf(@NonNull Job<?, ?> job) {
        if (!job.hasPermission2(user, MlopsPermissions.VIEW_LINEAGE) || !job.hasPermission2(user, Item.READ)) {
            return false;
        }
        for (ItemGroup<?> group = job.getParent(); group instanceof Item above; group = above.getParent()) {
            if (!above.hasPermission2(user, Item.READ)) {
                return false;
            }
        }
        return true;
    }
}
