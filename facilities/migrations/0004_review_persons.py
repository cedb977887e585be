"""What must hold of time, person and state of every review, once all rows have their reviewer."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0003_reviewers_of_decided_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['draft', 'submitted', 'reviewing', 'returned'])), fields=('facility',), name='facilities_acceptancereview_one_open', violation_error_message='该设施已有一份进行中的验收审核。'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'submitted', 'reviewing', 'returned', 'accepted', 'withdrawn', 'revoked'])), name='facilities_acceptancereview_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'draft'), ('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('status__in', ['submitted', 'reviewing', 'returned', 'accepted', 'revoked']), ('submitted_at__isnull', False), ('submitted_by__isnull', False)), models.Q(('status', 'withdrawn'), models.Q(models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True)), _connector='OR')), _connector='OR'), name='facilities_acceptancereview_submitted_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewer__isnull', True), ('status__in', ['draft', 'submitted']), ('assigned_at__isnull', True), ('assigned_by__isnull', True)), models.Q(('reviewer__isnull', False), ('status__in', ['reviewing', 'returned', 'accepted', 'revoked']), ('assigned_at__isnull', False), ('assigned_by__isnull', False)), models.Q(('status', 'withdrawn'), models.Q(models.Q(('assigned_at__isnull', False), ('assigned_by__isnull', False)), models.Q(('assigned_at__isnull', True), ('assigned_by__isnull', True)), _connector='OR')), _connector='OR'), name='facilities_acceptancereview_assigned_to_someone'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['draft', 'submitted', 'reviewing']), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_by', models.F('reviewer')), ('status__in', ['returned', 'accepted', 'revoked']), ('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('status', 'withdrawn'), models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR')), _connector='OR'), name='facilities_acceptancereview_decided_by_its_reviewer'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('consented_at__isnull', False), ('consented_by__isnull', False)), models.Q(('consented_at__isnull', True), ('consented_by__isnull', True)), _connector='OR'), models.Q(('consented_by__isnull', True), ('status__in', ['accepted', 'revoked']), _connector='OR')), name='facilities_acceptancereview_consent_belongs_to_acceptance'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rechecked_at__isnull', True), ('rechecked_by__isnull', True), ('recheck__isnull', True)), models.Q(('recheck__isnull', False), ('status__in', ['accepted', 'revoked']), ('rechecked_at__isnull', False), ('rechecked_by__isnull', False)), _connector='OR'), name='facilities_acceptancereview_rechecked_with_evidence'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'revoked'), ('revoked_at__isnull', False), ('revoked_by__isnull', False)), models.Q(models.Q(('status', 'revoked'), _negated=True), ('revoked_at__isnull', True), ('revoked_by__isnull', True)), _connector='OR'), name='facilities_acceptancereview_revoked_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_on__isnull', False), ('frozen__isnull', False), ('status__in', ['accepted', 'revoked'])), models.Q(models.Q(('status__in', ['accepted', 'revoked']), _negated=True), ('accepted_on__isnull', True), ('frozen__isnull', True)), _connector='OR'), name='facilities_acceptancereview_accepted_with_evidence'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('submitted_by__isnull', True), ('reviewer__isnull', True), models.Q(('submitted_by', models.F('reviewer')), _negated=True), _connector='OR'), models.Q(('submitted_by__isnull', True), ('decided_by__isnull', True), models.Q(('submitted_by', models.F('decided_by')), _negated=True), _connector='OR')), name='facilities_acceptancereview_submitter_does_not_review', violation_error_message='提交人与审核人不能是同一人。'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consented_by__isnull', True), ('submitted_by__isnull', True), models.Q(('consented_by', models.F('submitted_by')), _negated=True), _connector='OR'), models.Q(('consented_by__isnull', True), ('decided_by__isnull', True), models.Q(('consented_by', models.F('decided_by')), _negated=True), _connector='OR')), name='facilities_acceptancereview_consent_by_a_third_person', violation_error_message='同意偏差的人不能是提交人或审核人。'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(('rechecked_by__isnull', True), ('submitted_by__isnull', True), models.Q(('rechecked_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='facilities_acceptancereview_submitter_does_not_recheck', violation_error_message='提交人与复核人不能是同一人。'),
        ),
        migrations.AddConstraint(
            model_name='acceptancereview',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_by__isnull', True), ('decided_by__isnull', True), models.Q(('revoked_by', models.F('decided_by')), _negated=True), _connector='OR'), name='facilities_acceptancereview_revoked_by_another', violation_error_message='撤销验收与原审核不能是同一人。'),
        ),
    ]
